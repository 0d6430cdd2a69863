package dev.meshlog.infra.network;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Ports to be kept. They lie below those that systems give to outgoing connections: while a node is down, none of the many connections on this
 * machine gets its port by chance. One thread.
 */
final class FreePorts {
    private static final int FIRST = 20_000;
    private static final int BEHIND_LAST = 32_000;

    private final RandomGenerator random;
    private final Set<Integer> given = new HashSet<>();

    FreePorts(RandomGenerator random) {
        this.random = random;
    }

    /** Free for TCP and UDP on the loopback address, and not given before. */
    int next() {
        for (int attempt = 0; attempt < BEHIND_LAST - FIRST; attempt++) {
            int port = random.nextInt(FIRST, BEHIND_LAST);
            if (given.add(port) && isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port between %d and %d".formatted(FIRST, BEHIND_LAST));
    }

    private static boolean isFree(int port) {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (var tcp = new ServerSocket();
                var udp = new DatagramSocket(address)) {
            tcp.bind(address);
            return udp.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
