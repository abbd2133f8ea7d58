import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A full heap, and many threads that move money between accounts. Nobody may lose any, and no thread may stop. */
public final class Heap {
    private static final int THREADS = 200;
    private static final int CELLS = 1 << 20;   // 8 MiB for each thread
    private static final Account[] ACCOUNTS = new Account[THREADS];

    public static void main(String[] arguments) throws Exception {
        for (int i = 0; i < THREADS; i++) {
            ACCOUNTS[i] = new Account(i);
        }
        for (Account account : ACCOUNTS) {
            Thread thread = new Thread(account, "account-" + account.number);
            thread.setDaemon(true);
            thread.start();
        }
        HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
        answer(server, "/cells", () -> "" + Stream.of(ACCOUNTS).mapToLong(account -> Arrays.hashCode(account.cells)).sum());
        answer(server, "/money", () -> "" + money());
        answer(server, "/transfers", () -> Stream.of(ACCOUNTS).map(account -> account.transfers.toString()).collect(Collectors.joining(" ")));
        server.start();
    }

    private static long money() {
        for (Account account : ACCOUNTS) {
            account.lock();
        }
        try {
            return Stream.of(ACCOUNTS).mapToLong(account -> account.money).sum();
        } finally {
            for (Account account : ACCOUNTS) {
                account.unlock();
            }
        }
    }

    private static void answer(HttpServer server, String path, Supplier<String> text) {
        server.createContext(path, exchange -> {
            byte[] body = text.get().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    /** Its owner is a thread that gives money to other accounts. It takes two locks, always in the same order. */
    private static final class Account extends java.util.concurrent.locks.ReentrantLock implements Runnable {
        private final int number;
        private final long[] cells;
        private final AtomicLong transfers = new AtomicLong();
        private long money = 1000;

        Account(int number) {
            this.number = number;
            cells = new Random(number).longs(CELLS).toArray();
        }

        @Override
        public void run() {
            while (true) {
                Account other = ACCOUNTS[ThreadLocalRandom.current().nextInt(THREADS)];
                Account first = number < other.number ? this : other;
                Account second = first == this ? other : this;
                first.lock();
                second.lock();
                try {
                    money--;
                    Thread.sleep(1);   // with the money in nobody's hands
                    other.money++;
                } catch (InterruptedException e) {
                    return;
                } finally {
                    second.unlock();
                    first.unlock();
                }
                transfers.incrementAndGet();
            }
        }
    }
}
