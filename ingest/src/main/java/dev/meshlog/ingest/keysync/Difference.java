package dev.meshlog.ingest.keysync;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.Map;

/**
 * Whether a radio holds what it should, in one comparison: two sums over (node, key), which do not depend on the order and are kept up with each change.
 * A key that differs in one bit has nothing to do with its neighbour's number.
 */
final class Difference {
    private final Map<Long, Part> parts = new HashMap<>();
    private long should;
    private long holds;

    private record Part(long should, long holds) {}

    /** @param held empty when the radio has none */
    void expect(long node, ByteString key, ByteString held) {
        forget(node);
        var part = new Part(hash(node, key), held.isEmpty() ? 0 : hash(node, held));
        parts.put(node, part);
        should += part.should;
        holds += part.holds;
    }

    void forget(long node) {
        Part before = parts.remove(node);
        if (before != null) {
            should -= before.should;
            holds -= before.holds;
        }
    }

    void clear() {
        parts.clear();
        should = 0;
        holds = 0;
    }

    boolean isNone() {
        return should == holds;
    }

    int expected() {
        return parts.size();
    }

    /** FNV-1a, 64 bits, then mixed, so that sums of similar inputs do not meet. */
    private static long hash(long node, ByteString key) {
        long hash = 0xcbf29ce484222325L ^ node;
        hash *= 0x100000001b3L;
        for (int i = 0; i < key.size(); i++) {
            hash = (hash ^ (key.byteAt(i) & 0xff)) * 0x100000001b3L;
        }
        hash ^= hash >>> 32;
        hash *= 0xd6e8feb86659fd93L;
        return hash ^ (hash >>> 32);
    }
}
