import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.zip.CRC32;

/** A server with a growing heap that produces garbage all the time. */
public final class Server {
    private static final List<byte[]> BLOCKS = new ArrayList<>();
    private static final AtomicLong TICKS = new AtomicLong();
    private static final AtomicLong ALLOCATED = new AtomicLong();
    private static volatile Object garbage;

    public static void main(String[] arguments) throws Exception {
        new Timer(true).schedule(new TimerTask() {
            @Override
            public void run() {
                TICKS.incrementAndGet();
            }
        }, 0, 10);
        Thread allocating = new Thread(() -> {
            while (true) {
                garbage = new byte[1 << 20];
                ALLOCATED.incrementAndGet();
                try {
                    Thread.sleep(5);
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
        allocating.setDaemon(true);
        allocating.start();
        HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
        server.setExecutor(Executors.newFixedThreadPool(4));
        answer(server, "/count", query -> "" + TICKS.get());
        answer(server, "/allocated", query -> "" + ALLOCATED.get());
        answer(server, "/sum", query -> sum());
        answer(server, "/grow", query -> {
            grow(Integer.parseInt(query.substring(query.indexOf('=') + 1)));
            return sum();
        });
        server.start();
    }

    private static synchronized void grow(int blocks) {
        for (int i = 0; i < blocks; i++) {
            byte[] block = new byte[1 << 20];
            new Random(BLOCKS.size()).nextBytes(block);
            BLOCKS.add(block);
        }
    }

    private static synchronized String sum() {
        CRC32 crc = new CRC32();
        BLOCKS.forEach(crc::update);
        return BLOCKS.size() + " " + crc.getValue();
    }

    private static void answer(HttpServer server, String path, Function<String, String> handler) {
        server.createContext(path, exchange -> {
            byte[] body = String.valueOf(handler.apply(exchange.getRequestURI().getQuery())).getBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }
}
