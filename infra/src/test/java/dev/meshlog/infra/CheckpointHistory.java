package dev.meshlog.infra;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.certificate.Attestation;
import dev.meshlog.ledger.certificate.CertificateCollector;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.VertexFactory;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.Checkpoint;
import dev.meshlog.schemas.ledger.CommitChanges;
import dev.meshlog.schemas.ledger.CommitEnd;
import dev.meshlog.schemas.ledger.EntryChange;
import dev.meshlog.schemas.ledger.LogPosition;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What a ledger of one validator publishes for the snapshotter, each commit a checkpoint with its certificate. */
final class CheckpointHistory implements AutoCloseable {
    private static final int BUCKET_BITS = 6;
    private static final int OFFSETS_A_COMMIT = 10;
    private static final int NEEDED = 3;

    final GenesisConfig genesis;
    private final SigningKey key = SigningKey.generate(new SecureRandom());
    private final Validators validators;
    private final State state = new State(new MemoryStateStore(), BUCKET_BITS);
    private final Producer<String, byte[]> producer;
    private final Random random;
    private final Map<Long, Hash> roots = new HashMap<>();
    private long commitIndex;

    CheckpointHistory(Cluster cluster, long seed) {
        producer = cluster.producer();
        random = new Random(seed);
        var validator = new Validator(key.publicKey(), 1, "", 0);
        validators = new Validators(List.of(validator));
        genesis = new GenesisConfig(
                "failpoints",
                List.of(validator),
                1_000,
                GenesisConfig.DEFAULT_GC_DEPTH,
                1,
                BUCKET_BITS,
                GenesisConfig.DEFAULT_MAX_TX_VALIDITY,
                List.of(),
                List.of());
        GenesisState.entries(genesis).forEach(state::put);
    }

    /** Records of the verified log, which nobody reads here. */
    void fillLog(int records) {
        for (int i = 0; i < records; i++) {
            send(Topics.VERIFIED.name(), "k", new byte[1]);
        }
    }

    /** Publishes a commit and its certificate; returns the checkpoint's index. */
    long commit() {
        commitIndex++;
        List<EntryChange> changes = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            byte[] value = new byte[20_000];
            random.nextBytes(value);
            changes.add(change(Domain.u32(random.nextInt(150)), value));
        }
        Hash commitHash = Hash.of(Domain.sha256().digest(Domain.u64(commitIndex)));
        changes.add(change(StateKey.chain(), head(commitHash).encode()));
        Hash root = state.root(commitIndex);
        roots.put(commitIndex, root);
        var end = new CommitEnd(
                commitHash.fixed(),
                commitIndex,
                new Checkpoint(commitIndex, root.fixed(), state.entries()),
                new LogPosition(OFFSETS_A_COMMIT * commitIndex, replayFrom(commitIndex)));
        send(
                Topics.CHANGES.name(),
                Long.toString(commitIndex),
                Cluster.encode(Topics.CHANGES, new CommitChanges(commitIndex, 0, changes, end)));
        var vertex = new VertexFactory(genesis.networkId(), genesis.epochLength(), key)
                .make(1, List.of(), List.of(), commitIndex, root, 0);
        var certificate = new CertificateCollector(genesis.networkId(), -1)
                .add(Attestation.of(vertex), validators)
                .orElseThrow();
        send(
                Topics.CERTIFICATES.name(),
                Long.toString(commitIndex),
                Cluster.encode(Topics.CERTIFICATES, certificate.record()));
        producer.flush();
        return commitIndex;
    }

    /** The root as the ledger has it. */
    Hash root(long checkpointIndex) {
        Hash root = roots.get(checkpointIndex);
        if (root == null) {
            throw new IllegalArgumentException("checkpoint " + checkpointIndex);
        }
        return root;
    }

    static long replayFrom(long checkpointIndex) {
        return OFFSETS_A_COMMIT * checkpointIndex - NEEDED;
    }

    private ChainHead head(Hash commitHash) {
        return new ChainHead(
                genesis.networkId(),
                commitIndex,
                commitHash,
                commitIndex,
                0,
                0,
                1,
                new CheckpointMark(0, Hash.ZERO, 0),
                0,
                0,
                0);
    }

    private EntryChange change(byte[] entryKey, byte[] value) {
        state.put(entryKey, value);
        return new EntryChange(ByteBuffer.wrap(entryKey), ByteBuffer.wrap(value));
    }

    private void send(String topic, String recordKey, byte[] value) {
        var unused = producer.send(new ProducerRecord<>(topic, recordKey, value));
    }

    @Override
    public void close() {
        producer.close();
    }
}
