"""Sockets and their options."""
import array, os, select, socket, struct

from table import KEPT, attempt, file, info, path, row, rows

def unix(kind, name=None, listening=False):
    one = socket.socket(socket.AF_UNIX, kind)
    if name:
        one.bind(name)
    if listening:
        one.listen(7)
    return one


def exchange(kind, name, listening):
    """A client that connects to a bound socket and sends to it, each time it looks."""
    server = unix(kind, name, listening)

    def look():
        client = unix(kind)
        client.connect(name)
        client.send(b'hello')
        data = (server.accept()[0] if listening else server).recv(10)
        return f'{server.getsockname()} {data} {server.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)}'
    return look


STREAM, DATAGRAM, PACKETS = socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET
rows([(f'Unix {kind} {where}', number, name, number != DATAGRAM)
      for kind, number in (('stream', STREAM), ('datagram', DATAGRAM), ('packets', PACKETS))
      for where, name in (('at a path', path(f'unix-{kind}')), ('with an abstract name', f'\0kinds-{kind}'))], exchange)


def pair(kind):
    one, two = socket.socketpair(socket.AF_UNIX, kind)
    one.send(b'first')
    one.send(b'second')

    def look():
        data = []
        while select.select([two], [], [], 0)[0]:
            data.append(two.recv(100))
        one.send(b'first')
        one.send(b'second')
        return f'{b"".join(data) if kind == STREAM else data} {two.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE)}'
    return look


rows([('socket pair stream', STREAM), ('socket pair datagram', DATAGRAM), ('socket pair packets', PACKETS)], pair)


@row
def socket_pair_with_a_sender_that_is_gone():
    one, two = socket.socketpair()
    one.send(b'last')
    one.close()
    return lambda: f'{two.recv(100, socket.MSG_PEEK)}'


@row
def socket_pair_that_was_shut_down():
    one, two = socket.socketpair()
    one.shutdown(socket.SHUT_WR)
    return lambda: f'{two.recv(1)} {attempt(lambda: one.send(b"x"))} {two.send(b"x")}'


@row
def credentials_of_a_peer():
    one, two = socket.socketpair()
    KEPT.append(two)
    return lambda: str(struct.unpack('3i', one.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0] in (os.getpid(), os.getppid()))


def internet(family, kind, address, listening=False, options=()):
    one = socket.socket(family, kind)
    for option in options:
        one.setsockopt(*option)
    one.bind(address)
    if listening:
        one.listen(5)
    return lambda: f'{one.getsockname()} {one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)}'


V4, V6 = socket.AF_INET, socket.AF_INET6
rows([('TCP listener', V4, STREAM, ('0.0.0.0', 7001), True), ('TCP listener of IPv6', V6, STREAM, ('::', 7002), True),
      ('TCP bound', V4, STREAM, ('127.0.0.1', 7003)), ('UDP bound', V4, DATAGRAM, ('127.0.0.1', 7004)),
      ('UDP bound of IPv6', V6, DATAGRAM, ('::1', 7005))], internet)


@row
def TCP_not_bound():
    one = socket.socket()
    return lambda: f'{one.getsockname()} {one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)}'


@row
def TCP_connection():
    listener = socket.create_server(('127.0.0.1', 7010))
    one = socket.create_connection(('127.0.0.1', 7010))
    other = listener.accept()[0]

    def look():
        attempt(lambda: one.send(b'x'))
        return f'{attempt(lambda: other.recv(10))}'
    return look


@row
def TCP_connection_half_closed():
    listener = socket.create_server(('127.0.0.1', 7011))
    one = socket.create_connection(('127.0.0.1', 7011))
    other = listener.accept()[0]
    one.shutdown(socket.SHUT_WR)

    def look():
        attempt(lambda: other.send(b'x'))
        return f'{attempt(lambda: one.recv(10))}'
    return look


@row
def UDP_connected():
    one, two = socket.socket(V4, DATAGRAM), socket.socket(V4, DATAGRAM)
    one.bind(('127.0.0.1', 7020))
    two.connect(('127.0.0.1', 7020))

    def look():
        two.send(b'x')
        return f'{one.recv(9)} {two.getpeername()}'
    return look


@row
def UDP_with_unread_data():
    one, two = socket.socket(V4, DATAGRAM), socket.socket(V4, DATAGRAM)
    one.bind(('127.0.0.1', 7021))
    two.sendto(b'x', ('127.0.0.1', 7021))
    one.setblocking(False)
    return lambda: str(attempt(lambda: one.recv(9, socket.MSG_PEEK)))


@row
def UDP_member_of_a_group():
    one = socket.socket(V4, DATAGRAM)
    one.bind(('0.0.0.0', 7022))
    one.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton('239.1.2.3') + socket.inet_aton('127.0.0.1'))
    KEPT.append(one)

    def look():
        with open('/proc/net/igmp') as groups:
            return str('030201EF' in groups.read())
    return look


@row
def netlink_of_routes():
    one = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    one.bind((0, 1))                     # RTMGRP_LINK

    def look():
        one.sendto(struct.pack('IHHII', 32, 18, 0x301, 1, 0) + bytes(16), (0, 0))     # RTM_GETLINK
        data = one.recv(65536)
        while select.select([one], [], [], 0)[0]:
            one.recv(65536)
        return f'{len(data) > 100} {one.getsockname()[1]} {one.getsockname()[0] == os.getpid()}'
    return look


@row
def raw_socket():
    one = socket.socket(V4, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    one.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)
    return lambda: f'{one.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL)} {one.getsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL)}'


@row
def packet_socket():
    one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    one.bind(('lo', 3))
    return lambda: f'{one.getsockname()}'


BOTH = {'SO_KEEPALIVE': 1, 'SO_BROADCAST': 1, 'SO_OOBINLINE': 1, 'SO_PRIORITY': 5, 'SO_RCVLOWAT': 7, 'SO_SNDBUF': 30000, 'SO_RCVBUF': 40000,
        'SO_DONTROUTE': 1, 'SO_NO_CHECK': 1, 'SO_TIMESTAMP': 1, 'SO_TIMESTAMPNS': 1, 'SO_RXQ_OVFL': 1, 'SO_MARK': 77, 'SO_BUF_LOCK': 3}
FLAGS = {**BOTH, 'SO_REUSEADDR': 1, 'SO_REUSEPORT': 1, 'SO_BUSY_POLL': 50, 'SO_INCOMING_CPU': 0, 'SO_ZEROCOPY': 1, 'SO_MAX_PACING_RATE': 100000}
NUMBERS = {'SO_NO_CHECK': 11, 'SO_TIMESTAMPNS': 35, 'SO_RXQ_OVFL': 40, 'SO_TIMESTAMP': 29, 'SO_BUSY_POLL': 46, 'SO_ZEROCOPY': 60, 'SO_BUF_LOCK': 72,
           'SO_MAX_PACING_RATE': 47}
TCP = {'TCP_NODELAY': 1, 'TCP_CORK': 1, 'TCP_KEEPIDLE': 11, 'TCP_KEEPINTVL': 12, 'TCP_KEEPCNT': 13, 'TCP_USER_TIMEOUT': 14000, 'TCP_DEFER_ACCEPT': 3,
       'TCP_MAXSEG': 1000, 'TCP_SYNCNT': 4, 'TCP_LINGER2': 9, 'TCP_WINDOW_CLAMP': 20000, 'TCP_QUICKACK': 0, 'TCP_FASTOPEN': 16, 'TCP_NOTSENT_LOWAT': 999,
       'TCP_SAVE_SYN': 1, 'TCP_THIN_LINEAR_TIMEOUTS': 1}
TCP_NUMBERS = {'TCP_SAVE_SYN': 27, 'TCP_THIN_LINEAR_TIMEOUTS': 16}
IP = {'IP_RECVORIGDSTADDR': 1, 'IP_MINTTL': 2, 'IP_TOS': 0x10, 'IP_TTL': 33, 'IP_MTU_DISCOVER': 2, 'IP_FREEBIND': 1, 'IP_PKTINFO': 1, 'IP_RECVTOS': 1, 'IP_RECVTTL': 1, 'IP_RECVERR': 1,
      'IP_MULTICAST_LOOP': 0, 'IP_TRANSPARENT': 1, 'IP_BIND_ADDRESS_NO_PORT': 1}
IP_NUMBERS = {'IP_RECVORIGDSTADDR': 20, 'IP_MINTTL': 21, 'IP_MTU_DISCOVER': 10, 'IP_FREEBIND': 15, 'IP_PKTINFO': 8, 'IP_RECVTTL': 12, 'IP_RECVERR': 11, 'IP_RECVTOS': 13}
V6S = {'IPV6_V6ONLY': 1, 'IPV6_UNICAST_HOPS': 22, 'IPV6_TCLASS': 16, 'IPV6_RECVPKTINFO': 1, 'IPV6_FREEBIND': 1, 'IPV6_RECVERR': 1,
       'IPV6_RECVTCLASS': 1, 'IPV6_RECVHOPLIMIT': 1, 'IPV6_MTU_DISCOVER': 2}
V6_NUMBERS = {'IPV6_FREEBIND': 78, 'IPV6_RECVERR': 25, 'IPV6_MTU_DISCOVER': 23}
OF_UDP = {'UDP_GRO': 1, 'UDP_SEGMENT': 1000}
OF_NETLINK = {'NETLINK_PKTINFO': 1, 'NETLINK_NO_ENOBUFS': 1, 'NETLINK_EXT_ACK': 1, 'NETLINK_GET_STRICT_CHK': 1}
UNIX = {'SO_PASSCRED': 1, 'SO_PASSSEC': 1, 'SO_PASSPIDFD': 1, 'SO_PASSRIGHTS': 0}
UNIX_NUMBERS = {'SO_PASSSEC': 34, 'SO_PASSPIDFD': 76, 'SO_PASSRIGHTS': 83}


def option(family, kind, level, number, value):
    one = socket.socket(family, kind)
    if family == socket.AF_UNIX:
        one, other = socket.socketpair(family, kind)
        KEPT.append(other)
    one.setsockopt(level, number, value)
    if family in (V4, V6):
        one.bind(('127.0.0.1' if family == V4 else '::1', 0))
        if kind == STREAM:
            one.listen(3)
    return lambda: str(one.getsockopt(level, number))


def options(family, kind, level, values, numbers, title):
    rows([(f'{title}{name}', family, kind, level, numbers.get(name) or getattr(socket, name), value) for name, value in values.items()], option)


options(V4, STREAM, socket.SOL_SOCKET, FLAGS, NUMBERS, 'TCP ')
options(V4, DATAGRAM, socket.SOL_SOCKET, FLAGS, NUMBERS, 'UDP ')
options(socket.AF_UNIX, STREAM, socket.SOL_SOCKET, {**BOTH, **UNIX}, {**NUMBERS, **UNIX_NUMBERS}, 'Unix ')
options(V4, STREAM, socket.IPPROTO_TCP, TCP, TCP_NUMBERS, '')
options(V4, STREAM, socket.IPPROTO_IP, IP, IP_NUMBERS, 'TCP ')
options(V4, DATAGRAM, socket.IPPROTO_IP, IP, IP_NUMBERS, 'UDP ')
options(V6, STREAM, socket.IPPROTO_IPV6, V6S, V6_NUMBERS, 'TCP ')
options(V4, DATAGRAM, socket.IPPROTO_IP, {'IP_MULTICAST_TTL': 9}, {}, 'UDP ')
options(V6, DATAGRAM, socket.IPPROTO_IPV6, {'IPV6_MULTICAST_HOPS': 3, 'IPV6_MULTICAST_LOOP': 0}, {}, 'UDP ')
options(V4, DATAGRAM, socket.IPPROTO_UDP, OF_UDP, {'UDP_GRO': 104, 'UDP_SEGMENT': 103}, '')
options(socket.AF_NETLINK, DATAGRAM, 270, OF_NETLINK, {'NETLINK_PKTINFO': 3, 'NETLINK_NO_ENOBUFS': 5, 'NETLINK_EXT_ACK': 11, 'NETLINK_GET_STRICT_CHK': 12}, '')
options(V6, DATAGRAM, socket.IPPROTO_IPV6, V6S, V6_NUMBERS, 'UDP ')


def structured(family, kind, level, number, value):
    one = socket.socket(family, kind)
    one.setsockopt(level, number, value)
    one.bind(('127.0.0.1', 0))
    if kind == STREAM:
        one.listen(3)
    return lambda: one.getsockopt(level, number, 64).hex()


for title, kind in (('TCP', STREAM), ('UDP', DATAGRAM)):
    rows([(f'{title} SO_LINGER', V4, kind, socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 7)),
          (f'{title} SO_RCVTIMEO', V4, kind, socket.SOL_SOCKET, 20, struct.pack('ll', 5, 250000)),
          (f'{title} SO_SNDTIMEO', V4, kind, socket.SOL_SOCKET, 21, struct.pack('ll', 6, 500000)),
          (f'{title} SO_BINDTODEVICE', V4, kind, socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b'lo')], structured)
rows([('TCP_CONGESTION', V4, STREAM, socket.IPPROTO_TCP, socket.TCP_CONGESTION, b'reno'),
      ('UDP IP_MULTICAST_IF', V4, DATAGRAM, socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton('127.0.0.1'))], structured)


@row
def socket_filter():
    one = socket.socket(V4, DATAGRAM)
    one.bind(('127.0.0.1', 7030))
    two = socket.socket(V4, DATAGRAM)
    code = array.array('B', struct.pack('HBBI', 6, 0, 0, 0))             # BPF_RET 0: drops everything
    one.setsockopt(socket.SOL_SOCKET, 26, struct.pack('HxxxxxxQ', 1, code.buffer_info()[0]))    # SO_ATTACH_FILTER
    one.setblocking(False)

    def look():
        two.sendto(b'x', ('127.0.0.1', 7030))
        return str(attempt(lambda: one.recv(9)))
    return look


@row
def descriptor_on_its_way():
    one, two = socket.socketpair()
    passed = file('passed', 'passed')
    socket.send_fds(one, [b'x'], [passed])
    os.close(passed)

    def look():
        _, descriptors, _, _ = socket.recv_fds(two, 10, 4)
        data = os.pread(descriptors[0], 9, 0)
        socket.send_fds(one, [b'x'], descriptors)
        os.close(descriptors[0])
        return f'{data}'
    return look


@row
def peek_offset():
    one, two = socket.socketpair()
    KEPT.append(one)
    two.setsockopt(socket.SOL_SOCKET, 42, 3)                              # SO_PEEK_OFF
    return lambda: str(two.getsockopt(socket.SOL_SOCKET, 42))


@row
def nonblocking_socket():
    one, two = socket.socketpair()
    KEPT.append(two)
    one.setblocking(False)
    return lambda: f'{info(one)} {attempt(lambda: one.recv(1))}'


@row
def accepted_options():
    """SO_REUSEADDR of a listener must not be visible where the program did not set it."""
    one = socket.socket()
    one.bind(('127.0.0.1', 7031))
    one.listen()
    return lambda: f'{one.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)} {one.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT)}'


@row
def UDP_Lite():
    one = socket.socket(V4, DATAGRAM, 136)
    one.bind(('127.0.0.1', 7040))
    return lambda: f'{one.getsockname()} {one.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL)}'


@row
def filter_of_a_group_of_sockets():
    """A filter that gives every datagram to the second socket of the group."""
    group = [socket.socket(V4, DATAGRAM) for _ in range(2)]
    code = array.array('B', struct.pack('HBBI', 6, 0, 0, 1))              # BPF_RET 1
    for one in group:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind(('127.0.0.1', 7041))
    group[0].setsockopt(socket.SOL_SOCKET, 51, struct.pack('HxxxxxxQ', 1, code.buffer_info()[0]))     # SO_ATTACH_REUSEPORT_CBPF

    def look():
        for _ in range(20):
            with socket.socket(V4, DATAGRAM) as client:
                client.sendto(b'x', ('127.0.0.1', 7041))
        for one in group:
            one.setblocking(False)
        received = [0, 0]
        for i, one in enumerate(group):
            while not isinstance(attempt(lambda: one.recv(9)), str):
                received[i] += 1
        return str(received == [0, 20])
    return look
