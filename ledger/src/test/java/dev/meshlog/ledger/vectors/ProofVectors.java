package dev.meshlog.ledger.vectors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.proof.EntryProof;
import dev.meshlog.ledger.proof.EntryProver;
import dev.meshlog.ledger.proof.InvalidProofException;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.schemas.Hex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Proofs against the root of one checkpoint of the run: keys that are in the state, keys that are not, and bytes that prove nothing. */
final class ProofVectors {
    private static final long CHECKPOINT = 8;
    private static final int BITS = VectorNetwork.GENESIS.bucketBits();

    private static final int FIXED_BYTES = 24;

    private ProofVectors() {}

    static ObjectNode make() {
        MemoryStateStore store = RunVectors.storeAt(CHECKPOINT * VectorNetwork.GENESIS.checkpointInterval());
        var state = new State(new MemoryStateStore(), BITS);
        store.forEach(BITS, (bucket, key, value) -> state.put(key, value));
        var prover = new EntryProver(
                CHECKPOINT,
                state.entries(),
                state.bucketDigests(),
                (bucket, visitor) -> store.forEachOf(bucket, BITS, visitor));
        ObjectNode file = VectorFiles.object();
        file.put("bucketBits", BITS)
                .put("checkpoint", CHECKPOINT)
                .put("root", prover.root().hex());
        ArrayNode accepted = file.putArray("accepted");
        List<byte[]> keys =
                new ArrayList<>(List.of(StateKey.chain(), StateKey.validators(), StateKey.object(VectorNetwork.COIN)));
        keys.add(absent(prover, store, false));
        byte[] ofAnEmptyBucket = absent(prover, store, true);
        keys.add(ofAnEmptyBucket);
        for (byte[] key : keys) {
            byte[] value = store.get(key);
            accepted.addObject()
                    .put("key", Hex.of(key))
                    .put("value", value == null ? null : Hex.of(value))
                    .put("proof", Hex.of(prover.prove(key).encode()));
        }
        ArrayNode refused = file.putArray("refused");
        byte[] good = prover.prove(StateKey.chain()).encode();
        for (byte[] proof : changed(good)) {
            refused.addObject()
                    .put("key", Hex.of(StateKey.chain()))
                    .put("reason", verdict(proof, prover.root(), StateKey.chain()))
                    .put("proof", Hex.of(proof));
        }
        byte[] other = prover.prove(ofAnEmptyBucket).encode();
        refused.addObject()
                .put("key", Hex.of(StateKey.chain()))
                .put("reason", verdict(other, prover.root(), StateKey.chain()))
                .put("proof", Hex.of(other));
        return file;
    }

    private static byte[] absent(EntryProver prover, MemoryStateStore store, boolean ofAnEmptyBucket) {
        for (int number = 0; ; number++) {
            byte[] key = StateKey.object(Domain.BODY.hash(Domain.u32(number)));
            boolean isEmpty = prover.prove(key).encode().length == FIXED_BYTES + BITS * Hash.LENGTH;
            if (store.get(key) == null && isEmpty == ofAnEmptyBucket) {
                return key;
            }
        }
    }

    static String verdict(byte[] proof, Hash root, byte[] key) {
        try {
            return EntryProof.verify(proof, BITS, root).value(key).map(Hex::of).orElse("absent");
        } catch (InvalidProofException e) {
            return e.reason().name();
        }
    }

    private static List<byte[]> changed(byte[] good) {
        byte[] version = good.clone();
        version[0] = 2;
        byte[] bits = good.clone();
        bits[1]++;
        byte[] bucket = good.clone();
        bucket[3] ^= 1;
        byte[] checkpoint = good.clone();
        checkpoint[11] ^= 1;
        byte[] sibling = good.clone();
        sibling[20] ^= 1;
        byte[] value = good.clone();
        value[good.length - 1] ^= 1;
        return List.of(version, bits, bucket, checkpoint, sibling, value, Arrays.copyOf(good, good.length - 1));
    }
}
