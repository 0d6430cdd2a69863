package dev.meshlog.infra.bench;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.state.LtHash;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.state.StateStore;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Entries of the state that change their value, root included; the limit is the keystream of the old and of the new element alone. */
final class StateRootBench implements Bench {
    private static final int VALUE_BYTES = 100;
    /** Of a checkpoint: 16 commits of 10 vertices with 100 transactions each. */
    private static final int UPDATES = 16_000;

    @Override
    public String name() {
        return "stateroot";
    }

    @Override
    public String sentence() {
        return "entries updated under the state root, against AES-CTR of 2 KiB twice; the size is entries of the large state"
                + " (1,000,000)";
    }

    @Override
    public void run(BenchSettings settings, Consumer<Figure> figures) throws Exception {
        int large = settings.sizeOr(1_000_000);
        for (int entries : new int[] {Math.min(1_000, large), Math.min(100_000, large), large}) {
            var updates = new Updates(entries);
            var keystreams = new Keystreams();
            new Interleaving(name(), "updates", settings)
                    .compare(String.format("%,d entries", entries), updates::run, keystreams::run, figures);
        }
    }

    /** A state whose store costs next to nothing: what is measured is the accumulators and the root. */
    private static final class Updates {
        private final int entries;
        private final State state;
        private long done;

        Updates(int entries) {
            this.entries = entries;
            state = new State(new NumberedEntries(entries), GenesisConfig.DEFAULT_BUCKET_BITS);
            for (int i = 0; i < entries; i++) {
                update(i);
            }
            state.flush();
        }

        long run() {
            for (int i = 0; i < UPDATES; i++) {
                // A step that is prime to the number of entries meets all of them in no order.
                update((int) (done * 7_919 % entries));
            }
            state.root(done);
            state.flush();
            return UPDATES;
        }

        private void update(int entry) {
            byte[] value = new byte[VALUE_BYTES];
            ByteBuffer.wrap(value).putLong(done++).putInt(entry);
            state.put(NumberedEntries.key(entry), value);
        }
    }

    /** Entries whose keys tell their place, with values of one length side by side: finding one costs a cache miss or two. */
    private static final class NumberedEntries implements StateStore {
        private final byte[] values;
        private final BitSet present = new BitSet();
        private final Map<Integer, byte[]> buckets = new HashMap<>();

        NumberedEntries(int count) {
            values = new byte[Math.multiplyExact(count, VALUE_BYTES)];
        }

        static byte[] key(int place) {
            return ByteBuffer.allocate(1 + Hash.LENGTH)
                    .put(StateKey.OBJECTS)
                    .putInt(place)
                    .array();
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            int place = place(key);
            return present.get(place)
                    ? Arrays.copyOfRange(values, place * VALUE_BYTES, (place + 1) * VALUE_BYTES)
                    : null;
        }

        @Override
        public void put(byte[] key, byte[] value) {
            int place = place(key);
            present.set(place);
            System.arraycopy(value, 0, values, place * VALUE_BYTES, VALUE_BYTES);
        }

        @Override
        public void delete(byte[] key) {
            present.clear(place(key));
        }

        private static int place(byte[] key) {
            return ByteBuffer.wrap(key).getInt(1);
        }

        @Override
        public byte @Nullable [] bucket(int bucket) {
            return buckets.get(bucket);
        }

        @Override
        public void putBucket(int bucket, byte @Nullable [] accumulator) {
            if (accumulator == null) {
                buckets.remove(bucket);
            } else {
                buckets.put(bucket, accumulator);
            }
        }
    }

    /** What no implementation of this state root can do without. */
    private static final class Keystreams {
        private static final byte[] ZEROS = new byte[LtHash.ELEMENT_BYTES];
        private static final IvParameterSpec ZERO_IV = new IvParameterSpec(new byte[16]);

        private final Cipher cipher;
        private final byte[] out = new byte[LtHash.ELEMENT_BYTES];
        private long done;

        Keystreams() throws GeneralSecurityException {
            cipher = Cipher.getInstance("AES/CTR/NoPadding");
        }

        long run() throws GeneralSecurityException {
            for (int i = 0; i < 2 * UPDATES; i++) {
                byte[] key = new byte[32];
                ByteBuffer.wrap(key).putLong(done++);
                cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), ZERO_IV);
                int unused = cipher.doFinal(ZEROS, 0, ZEROS.length, out, 0);
            }
            return UPDATES;
        }
    }
}
