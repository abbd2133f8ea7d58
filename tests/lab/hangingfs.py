#!/usr/bin/env python3
"""hangingfs.py MOUNTPOINT: a volume on which every access to a file hangs, as on a server that has gone. Only the root directory
can be looked at. A process that waits for it can be killed: the server answers the kernel's interrupts. It prints `mounted`."""
import ctypes, errno, os, struct, sys

HEADER, ANSWER = struct.Struct('=IIQQIIII'), struct.Struct('=IiQ')  # fuse_in_header, fuse_out_header (linux/fuse.h)
LOOKUP, FORGET, GETATTR, STATFS, INIT, INTERRUPT, BATCH_FORGET = 1, 2, 3, 17, 26, 36, 42
ATTRIBUTES = struct.pack('=QII QQQ QQQ III IIIIIII', 3600, 0, 0, 1, 4096, 8, 0, 0, 0, 0, 0, 0, 0o40755, 2, 0, 0, 0, 4096, 0)
STATISTICS = struct.pack('=QQQQQIIII24x', 1000, 1000, 1000, 100, 100, 4096, 255, 4096, 0)
INITIALIZED = struct.pack('=IIIIHHIIHHI28x', 7, 31, 65536, 0, 12, 10, 65536, 1, 0, 0, 0)


def main():
    fuse = os.open('/dev/fuse', os.O_RDWR)
    libc = ctypes.CDLL(None, use_errno=True)
    options = f'fd={fuse},rootmode=40755,user_id=0,group_id=0,allow_other'
    if libc.mount(b'hangingfs', sys.argv[1].encode(), b'fuse', 0, options.encode()):
        sys.exit('mount: ' + os.strerror(ctypes.get_errno()))

    def answer(unique, error=0, body=b''):
        os.write(fuse, ANSWER.pack(ANSWER.size + len(body), -error, unique) + body)

    print('mounted', flush=True)
    while True:
        try:
            request = os.read(fuse, 1 << 20)
        except OSError as error:
            if error.errno == errno.ENODEV:  # it was unmounted
                return
            continue
        _, opcode, unique, *_ = HEADER.unpack_from(request)
        known = {INIT: INITIALIZED, GETATTR: ATTRIBUTES, STATFS: STATISTICS}.get(opcode)
        try:
            if known:
                answer(unique, body=known)
            elif opcode == INTERRUPT:
                answer(struct.unpack_from('=Q', request, HEADER.size)[0], errno.EINTR)
            elif opcode not in (LOOKUP, FORGET, BATCH_FORGET):
                answer(unique, errno.ENOSYS)
        except OSError:
            pass  # the request has gone meanwhile


main()
