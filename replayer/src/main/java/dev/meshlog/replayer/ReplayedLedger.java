package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.certificate.CertificateVerifier;
import dev.meshlog.ledger.chain.Applied;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.chain.WrongNetworkException;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.dag.SafetyViolationException;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ledger over a store of its own, which holds the offset of the next vertex too: state, commit index and offset are written in one batch. What it
 * commits is compared with what was published. One thread at a time.
 */
final class ReplayedLedger {
    private static final Logger LOG = LoggerFactory.getLogger(ReplayedLedger.class);
    private static final String NEXT_OFFSET = "replay.nextOffset";
    private static final String CERTIFIED = "replay.certified";
    private static final String STARTED_AT = "replay.startedAt";
    private static final String LOG_ID = "replay.log";

    private final RocksStateStore store;
    private final State state;
    private final Ledger ledger;
    private final Comparison comparison;
    private CheckpointMark checkpoint;
    private final long startedAtCommit;
    private @Nullable ReplicaIndex index;
    private long vertices;

    /**
     * @param state to go on from, that of the store; an empty one becomes the genesis state
     * @param signatures null: of transactions only those are checked of which the running ledger does not say that they are good
     * @throws RecoveryException OTHER_NETWORK
     */
    ReplayedLedger(GenesisConfig genesis, RocksStateStore store, State state, @Nullable SignatureCheck signatures) {
        this.store = store;
        this.state = state;
        try {
            this.ledger = new Ledger(
                    genesis,
                    state,
                    store.pendingVertices(genesis.networkId()),
                    signatures == null ? new Published() : signatures,
                    List.of(new SystemPod()));
        } catch (WrongNetworkException e) {
            throw new RecoveryException(RecoveryFailure.OTHER_NETWORK, String.valueOf(e.getMessage()), e);
        }
        this.comparison = new Comparison(() -> new CertificateVerifier(
                genesis.networkId(), genesis.epochLength(), ledger.knownValidators(), Ed25519.fastest()));
        this.checkpoint = ledger.checkpoint();
        this.startedAtCommit = head().commitIndex();
        boolean atCheckpoint = head().commitIndex() == checkpoint.index() * genesis.checkpointInterval();
        comparison.replayed(head().commitIndex(), head().commitHash(), atCheckpoint ? checkpoint : null);
        state.flush();
        store.commit();
    }

    /**
     * Which log the store's offset is of, and what the state came from.
     *
     * @param certifiedCheckpoint that of the snapshot's certificate; −1 when there is none
     */
    void begin(LogIdentity log, long fromCheckpoint, long certifiedCheckpoint, long nextOffset) {
        store.putBytes(LOG_ID, bytes(log));
        store.putNumber(STARTED_AT, fromCheckpoint);
        store.putNumber(CERTIFIED, certifiedCheckpoint);
        commit(nextOffset);
    }

    static byte[] bytes(LogIdentity log) {
        return (log.clusterId() + " " + log.topicId()).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Where the log is to be read on.
     *
     * @throws RecoveryException when the offset means another log, or the store has none
     */
    long resumeAt(LogIdentity log) {
        byte[] known = store.bytes(LOG_ID);
        OptionalLong next = store.number(NEXT_OFFSET);
        if (known == null || next.isEmpty()) {
            throw new RecoveryException(RecoveryFailure.NO_STATE, "There is no offset in it to go on from.");
        }
        if (!Arrays.equals(known, bytes(log))) {
            throw new RecoveryException(
                    RecoveryFailure.TOPIC_RECREATED,
                    "The state was made from %s, now it is %s."
                            .formatted(
                                    new String(known, StandardCharsets.UTF_8), log.clusterId() + " " + log.topicId()));
        }
        return next.getAsLong();
    }

    /** @throws RecoveryException ORDER_HALTED */
    void apply(VertexIntake.Taken taken, long toCommit) {
        Vertex vertex = taken.vertex();
        if (vertex == null) {
            LOG.warn("offset {} is passed over, as the ledger does: {}", taken.offset(), taken.passedOver());
            return;
        }
        try {
            Applied applied = ledger.apply(vertex, taken.offset(), toCommit);
            vertices++;
            applied.commits().forEach(this::take);
        } catch (SafetyViolationException e) {
            throw new RecoveryException(
                    RecoveryFailure.ORDER_HALTED, "Offset %d: %s".formatted(taken.offset(), e.getMessage()), e);
        }
    }

    /** One write batch: everything that was applied, and where the log is to be read on. */
    void commit(long nextOffset) {
        store.putNumber(NEXT_OFFSET, nextOffset);
        store.putNumber(CERTIFIED, certified());
        state.flush();
        store.commit();
    }

    /** How many writes wait for {@link #commit}, in memory. */
    int uncommitted() {
        return store.uncommitted();
    }

    /** Whether a certificate covers a checkpoint at or past the one that this state began with. */
    boolean isCertified() {
        return certified() >= store.number(STARTED_AT).orElse(0);
    }

    private long certified() {
        return Math.max(store.number(CERTIFIED).orElse(-1), comparison.certified());
    }

    /** What was published of earlier commits has nothing to be compared with. */
    long startedAtCommit() {
        return startedAtCommit;
    }

    Comparison comparison() {
        return comparison;
    }

    ChainHead head() {
        return ledger.head();
    }

    /** The newest checkpoint, computed here. */
    CheckpointMark checkpoint() {
        return checkpoint;
    }

    long entries() {
        return state.entries();
    }

    long vertices() {
        return vertices;
    }

    long objects() {
        long[] objects = {0};
        try (var view = store.view()) {
            view.forEachEntry((bucket, key, value) -> {
                if (key[0] == StateKey.OBJECTS) {
                    objects[0]++;
                }
            });
        }
        return objects[0];
    }

    /**
     * From now on with the index that a replica is asked by.
     *
     * @throws org.apache.kafka.common.KafkaException when it has to be built, and what was published can't be read
     */
    ReplicaIndex keepIndex(GenesisConfig genesis, Cluster cluster, RecoveryListener listener) {
        ReplicaIndex opened = ReplicaIndex.open(store, genesis, cluster, entries(), listener);
        index = opened;
        return opened;
    }

    private void take(CommitOutput commit) {
        if (index != null) {
            index.apply(commit);
        }
        commit.checkpoint().ifPresent(mark -> checkpoint = mark);
        comparison.replayed(
                commit.index(), commit.commitHash(), commit.checkpoint().orElse(null));
    }

    /**
     * What the running ledger published of a commit: when no transaction of it failed, no signature was bad. A false word changes the state, and
     * then its root is not the one that a quorum signs.
     */
    private final class Published implements SignatureCheck {
        private final SignatureCheck check = Ed25519.fastest();

        @Override
        public boolean verify(Hash publicKey, byte[] message, byte[] signature) {
            return comparison.isSaidToBeSigned(head().commitIndex() + 1) || check.verify(publicKey, message, signature);
        }
    }
}
