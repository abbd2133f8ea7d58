"""multiprocess.py METHOD: counts what workers have done together with a queue, a lock, a value, a semaphore, a pool, a manager and shared
memory of that start method. Other processes find the last count in the shared memory count-METHOD, and the sum in the manager."""
import multiprocessing, struct, sys, time
from multiprocessing import managers, shared_memory

COUNT = struct.Struct('q')
SUMS = {}


def sums():
    return SUMS


class Manager(managers.SyncManager):
    def __init__(self, method):
        multiprocessing.current_process().authkey = b'multiprocess'
        super().__init__(address=f'/tmp/manager-{method}', ctx=multiprocessing.get_context(method))


Manager.register('sums', sums, managers.DictProxy)


def work(tasks, results, lock, total, gate, memory, shared):
    for n in iter(tasks.get, None):
        with lock, gate:
            total.value += n
            COUNT.pack_into(memory.buf, 0, n)
            shared['sum'] = total.value
        results.put(n)


def square(n):
    return n * n


def main():
    method = sys.argv[1]
    context = multiprocessing.get_context(method)
    tasks, results, lock, total, gate = context.Queue(), context.Queue(), context.Lock(), context.Value('q', 0), context.Semaphore(2)
    memory, manager = shared_memory.SharedMemory(f'count-{method}', create=True, size=COUNT.size), Manager(method)
    manager.start()
    shared = manager.sums()
    for _ in range(2):
        context.Process(target=work, args=(tasks, results, lock, total, gate, memory, shared), daemon=True).start()
    pool = context.Pool(2)
    n = 0
    while True:
        n += 1
        tasks.put(n)
        assert results.get(timeout=60) == n
        assert pool.map(square, range(3)) == [0, 1, 4]
        assert total.value == shared.get('sum') == n * (n + 1) // 2
        assert COUNT.unpack_from(memory.buf, 0)[0] == n
        print('count', n, flush=True)
        time.sleep(0.02)


if __name__ == '__main__':
    main()
