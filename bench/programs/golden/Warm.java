import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sun.misc.Signal;

/** A server that is slow to start: it builds an index and warms its code up. After a restore, told by SIGURG, it learns who it is now. */
public final class Warm {
    private static final Map<String, List<Integer>> INDEX = new HashMap<>();
    private static volatile String name;
    private static volatile Random random;

    public static void main(String[] arguments) throws Exception {
        Random draw = new Random(1);
        for (int document = 0; document < 150_000; document++) {
            for (int i = 0; i < 12; i++) {
                INDEX.computeIfAbsent("w" + draw.nextInt(50_000), word -> new ArrayList<>()).add(document);
            }
        }

        System.setProperty("sun.net.httpserver.nodelay", "true"); // or each answer waits 40 ms for an acknowledgement
        name = InetAddress.getLocalHost().getHostName();
        reseed();
        HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
        server.createContext("/", exchange -> {
            byte[] answer = (name + " " + Integer.toUnsignedLong(random.nextInt()) + " " + INDEX.get("w7").size()).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        Signal.handle(new Signal("URG"), signal -> restored());
        for (int i = 0; i < 2_000; i++) {
            get();
        }

        tell();
    }

    private static void restored() {
        try {
            Matcher found = Pattern.compile("\"hostName\": \"([^\"]+)\"").matcher(Files.readString(Path.of(System.getenv("CRIK_RESTORED_FILE"))));
            name = found.find() ? found.group(1) : "unknown";
            reseed();
            tell();
        } catch (Exception exception) {
            System.out.println("failed " + exception);
        }
    }

    /** By the kernel's random numbers; a generator's own state is the same in every replica. */
    private static void reseed() throws Exception {
        random = new Random(SecureRandom.getInstance("NativePRNGNonBlocking").nextLong());
    }

    private static String get() throws Exception {
        return new String(URI.create("http://127.0.0.1:8080/").toURL().openStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Ready is who has answered a request over the network. */
    private static void tell() throws Exception {
        System.out.println("ready " + System.nanoTime() + " " + get());
    }
}
