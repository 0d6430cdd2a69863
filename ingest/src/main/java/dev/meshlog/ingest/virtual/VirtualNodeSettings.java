package dev.meshlog.ingest.virtual;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * What a virtual node lets its clients do.
 *
 * @param listen port 0: any free one
 * @param allow addresses and networks (CIDR) of clients; this machine is always allowed
 * @param allowAdmin whether clients may change the radio
 * @param allowSecrets whether clients see the radio's private key, channel keys and passwords
 * @param messagesPerMinute of one client; half a minute's worth may come at once
 * @param clients at most at a time
 * @param queueBytes what may wait for one client
 * @param firstMessage a client that says nothing for so long is closed
 * @param stalled one that takes nothing for so long, though something waits for it, is closed
 * @param signOfLife after so long without anything, a client gets a queue status
 * @param relayPatience how long a message waits for a radio that is away
 */
public record VirtualNodeSettings(
        InetSocketAddress listen,
        List<String> allow,
        boolean allowAdmin,
        boolean allowSecrets,
        int messagesPerMinute,
        int clients,
        int queueBytes,
        Duration firstMessage,
        Duration stalled,
        Duration signOfLife,
        Duration relayPatience) {
    public static final int DEFAULT_MESSAGES_PER_MINUTE = 60;
    public static final int DEFAULT_CLIENTS = 32;

    private static final int DEFAULT_QUEUE_BYTES = 512 << 10;

    /** @throws IllegalArgumentException when others than this machine could connect and nobody says who, or an address is none */
    public VirtualNodeSettings {
        allow = List.copyOf(allow);
        AllowList.parse(allow);
        if (!isLoopback(listen) && allow.isEmpty()) {
            throw new IllegalArgumentException(listen.getHostString()
                    + " can be reached by others than this machine: name the addresses to allow");
        }
    }

    /** For this machine alone, with the usual limits. */
    public static VirtualNodeSettings at(InetSocketAddress listen) {
        return of(listen, List.of(), false, false, DEFAULT_MESSAGES_PER_MINUTE, DEFAULT_CLIENTS);
    }

    public static VirtualNodeSettings of(
            InetSocketAddress listen,
            List<String> allow,
            boolean allowAdmin,
            boolean allowSecrets,
            int messagesPerMinute,
            int clients) {
        return new VirtualNodeSettings(
                listen,
                allow,
                allowAdmin,
                allowSecrets,
                messagesPerMinute,
                clients,
                DEFAULT_QUEUE_BYTES,
                Duration.ofMinutes(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(25),
                Duration.ofMinutes(1));
    }

    private static boolean isLoopback(InetSocketAddress address) {
        return !address.isUnresolved() && address.getAddress().isLoopbackAddress();
    }
}
