package dev.meshlog.streams.radio;

import dev.meshlog.schemas.radio.RadioPacket;
import dev.meshlog.schemas.radio.Reception;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;

/**
 * Which packets there were, whether they could be read, and who has brought them.
 *
 * <pre>
 *   key:   network/!node/packet id, at the time of the first reception
 *   value: 1 byte, 1 when it could be read; then 8 bytes for each reception, at most {@value #MAX_RECEPTIONS}
 * </pre>
 */
final class SeenPackets {
    /** A packet that comes again within this time is the same packet; afterwards its id may have been given again. */
    static final Duration SAME_PACKET = Duration.ofDays(30);

    private static final long SAME = SAME_PACKET.toMillis();

    /** Behind these a reception that comes twice is taken for two. */
    private static final int MAX_RECEPTIONS = 32;

    private static final int HASH = 8;

    private final WindowStore<String, byte[]> store;
    private final MessageDigest sha256;

    SeenPackets(WindowStore<String, byte[]> store) {
        this.store = store;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * What is new about a packet that comes now.
     *
     * @param first it never came before
     * @param readFirst it never came before in a form that could be read
     * @param heard this link and gateway have not brought it before, or not by this way
     */
    record News(boolean first, boolean readFirst, boolean heard) {}

    News add(String node, RadioPacket packet, boolean readable) {
        if (packet.getId() == 0) {
            return new News(true, readable, true);
        }
        String id = node + "/" + Long.toHexString(packet.getId());
        long at = packet.getReception().getReceivedAtMs().toEpochMilli();
        long hash = hash(packet);
        byte[] before = new byte[0];
        long firstAt = at;
        try (WindowStoreIterator<byte[]> found = store.fetch(id, Math.max(0, at - SAME), at + SAME)) {
            if (found.hasNext()) {
                var first = found.next();
                before = first.value;
                firstAt = first.key;
            }
        }
        if (before.length == 0) {
            store.put(id, bytes(readable, new byte[0], hash), at);
            return new News(true, readable, true);
        }
        boolean wasRead = before[0] == 1;
        boolean heard = !contains(before, hash);
        boolean full = before.length >= 1 + MAX_RECEPTIONS * HASH;
        if ((heard && !full) || (readable && !wasRead)) {
            byte[] hashes = Arrays.copyOfRange(before, 1, before.length);
            byte[] now = bytes(readable || wasRead, hashes, hash);
            store.put(id, heard && !full ? now : Arrays.copyOf(now, before.length), firstAt);
        }
        return new News(false, readable && !wasRead, heard);
    }

    private static byte[] bytes(boolean read, byte[] hashes, long hash) {
        return ByteBuffer.allocate(1 + hashes.length + HASH)
                .put((byte) (read ? 1 : 0))
                .put(hashes)
                .putLong(hash)
                .array();
    }

    private static boolean contains(byte[] value, long hash) {
        ByteBuffer hashes = ByteBuffer.wrap(value, 1, value.length - 1);
        while (hashes.remaining() >= HASH) {
            if (hashes.getLong() == hash) {
                return true;
            }
        }
        return false;
    }

    /** Half as long as the key of a hash table would be, and nobody can make another reception have it. */
    private long hash(RadioPacket packet) {
        Reception reception = packet.getReception();
        String what = reception.getLink()
                + '\0'
                + reception.getGateway()
                + '\0'
                + reception.getHopLimit()
                + '\0'
                + reception.getRelayNode()
                + '\0'
                + packet.getRxTime();
        return ByteBuffer.wrap(sha256.digest(what.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }
}
