"""multiprocess.py METHOD: counts what workers have done together with a queue, a lock, a value, a semaphore and a pool of that start method."""
import multiprocessing, sys, time


def work(tasks, results, lock, total, gate):
    for n in iter(tasks.get, None):
        with lock, gate:
            total.value += n
        results.put(n)


def square(n):
    return n * n


def main():
    context = multiprocessing.get_context(sys.argv[1])
    tasks, results, lock, total, gate = context.Queue(), context.Queue(), context.Lock(), context.Value('q', 0), context.Semaphore(2)
    for _ in range(2):
        context.Process(target=work, args=(tasks, results, lock, total, gate), daemon=True).start()
    pool = context.Pool(2)
    n = 0
    while True:
        n += 1
        tasks.put(n)
        assert results.get(timeout=60) == n
        assert pool.map(square, range(3)) == [0, 1, 4]
        assert total.value == n * (n + 1) // 2
        print('count', n, flush=True)
        time.sleep(0.02)


if __name__ == '__main__':
    main()
