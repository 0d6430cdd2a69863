package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.certificate.Certificate;
import dev.meshlog.ledger.certificate.Certification;
import dev.meshlog.ledger.certificate.Divergence;
import dev.meshlog.ledger.chain.Applied;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.chain.DagEvent;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.ledger.chain.PendingVertices;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.dag.Arrival;
import dev.meshlog.ledger.dag.SafetyViolationException;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.query.OwnerIndex;
import dev.meshlog.ledger.query.ResultIndex;
import dev.meshlog.ledger.state.InstalledParts;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.state.StateStore;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.SingleObject;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.InstalledPart;
import dev.meshlog.schemas.ledger.LogPosition;
import dev.meshlog.schemas.ledger.RejectedInput;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.ledger.TransactionResult;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the deterministic ledger over the verified log: one task, one thread. State, pending vertices and outputs belong to one transaction, and a
 * vertex that comes twice changes nothing.
 */
final class OrderAndExecute extends ContextualProcessor<@Nullable String, byte[], String, SpecificRecordBase> {
    private static final Logger LOG = LoggerFactory.getLogger(OrderAndExecute.class);

    private static final Duration HALT_AFTER = Duration.ofSeconds(1);
    private static final Duration LOOK_FOR_MISSING = Duration.ofMillis(500);
    private static final int DELETED_AT_ONCE = 10_000;

    private final GenesisConfig genesis;
    private final SingleObject<SignedVertex> codec;
    private @Nullable StateStore store;
    private @Nullable PendingVertices pending;
    private @Nullable StateInstallation installation;
    private @Nullable State state;

    /** Null while a state is being installed. */
    private @Nullable Ledger ledger;

    private @Nullable Certification certification;
    private @Nullable OpenEpochs published;
    private final MissingParents missing = new MissingParents();
    private @Nullable OwnerIndex owners;
    private @Nullable ResultIndex results;

    OrderAndExecute(GenesisConfig genesis, SingleObject<SignedVertex> codec) {
        this.genesis = genesis;
        this.codec = codec;
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecordBase> context) {
        super.init(context);
        store = new StreamsStateStore(
                context.getStateStore(LedgerTopology.ENTRIES_STORE),
                context.getStateStore(LedgerTopology.BUCKETS_STORE));
        pending = new StreamsPendingVertices(context.getStateStore(LedgerTopology.VERTICES_STORE), genesis.networkId());
        installation = new StateInstallation(
                new StoreTable(context.getStateStore(LedgerTopology.INSTALLATION_STORE)), genesis.networkId());
        results = new ResultIndex(
                new StoreTable(context.getStateStore(LedgerTopology.RESULTS_STORE)), genesis.maxTxValidity());
        context.schedule(LOOK_FOR_MISSING, PunctuationType.WALL_CLOCK_TIME, this::askForMissing);
        if (installation.isUnderWay()) {
            owners = owners(each -> {});
            LOG.info(
                    "ledger of network {}: a state is being installed",
                    genesis.networkId().brief());
        } else {
            open();
        }
    }

    private void open() {
        StateStore opened = Objects.requireNonNull(store);
        var fresh = new State(opened, genesis.bucketBits());
        var current = new Ledger(
                genesis, fresh, Objects.requireNonNull(pending), Ed25519.fastest(), List.of(new SystemPod()));
        fresh.flush();
        KeyValueStore<Bytes, byte[]> entries = context().getStateStore(LedgerTopology.ENTRIES_STORE);
        owners = owners(each -> forEachObject(entries, each));
        state = fresh;
        ledger = current;
        certification = certification(current, Objects.requireNonNull(pending));
        LOG.info(
                "ledger of network {} at commit {}, round {}, {} entries",
                genesis.networkId().brief(),
                current.head().commitIndex(),
                current.head().leaderRound(),
                fresh.entries());
    }

    private OwnerIndex owners(Consumer<BiConsumer<byte[], byte[]>> objects) {
        return OwnerIndex.open(new StoreTable(context().getStateStore(LedgerTopology.OWNERS_STORE)), objects);
    }

    static void forEachObject(KeyValueStore<Bytes, byte[]> entries, BiConsumer<byte[], byte[]> each) {
        Bytes first = Bytes.wrap(new byte[] {StateKey.OBJECTS});
        Bytes behind = Bytes.wrap(new byte[] {StateKey.OBJECTS + 1});
        try (var objects = entries.range(first, behind)) {
            objects.forEachRemaining(object -> each.accept(object.key.get(), object.value));
        }
    }

    @Override
    public void process(Record<@Nullable String, byte[]> rec) {
        requireNoDivergence();
        RecordMetadata at = context().recordMetadata().orElseThrow();
        if (Topics.INSTALLED_KEY.equals(rec.key()) && rec.value() != null) {
            take(rec, at);
            return;
        }
        Vertex vertex;
        try {
            vertex = Vertex.parse(genesis.networkId(), codec.decode(rec.value() == null ? new byte[0] : rec.value()));
        } catch (MalformedRecordException e) {
            reject(rec, at, e);
            return;
        }
        if (ledger == null) {
            // It is applied once the state is there.
            Objects.requireNonNull(pending).put(at.offset(), vertex);
            return;
        }
        apply(ledger, vertex, at.offset(), rec.timestamp());
        Failpoint.VERTEX_APPLIED.reached();
    }

    private void apply(Ledger current, Vertex vertex, long offset, long timestamp) {
        try {
            Applied applied = current.apply(vertex, offset);
            applied.events().forEach(event -> forward(event, timestamp));
            applied.commits().forEach(commit -> forward(commit, timestamp));
            Objects.requireNonNull(state).flush();
            certify(vertex, applied, timestamp);
            publishValidators(current.knownValidators(), timestamp);
        } catch (SafetyViolationException e) {
            // The transaction is aborted, everything stays as it was, and nothing more is ordered.
            throw new IllegalStateException(
                    "the ledger halts at %s offset %d: %s".formatted(Topics.VERIFIED.name(), offset, e.getMessage()),
                    e);
        }
    }

    /** A part of a state that was not computed here. It was verified before it was written; that it is whole is checked again. */
    private void take(Record<@Nullable String, byte[]> rec, RecordMetadata at) {
        StateInstallation current = Objects.requireNonNull(installation);
        try {
            InstalledPart part = Topics.INSTALLED.decode(rec.value());
            if (part.getIndex() == InstalledParts.MANIFEST) {
                begin(StateInstallation.manifest(part, genesis.networkId()));
            } else if (current.isNext(part)) {
                OwnerIndex index = Objects.requireNonNull(owners);
                Optional<Manifest> whole = current.take(
                        part, Objects.requireNonNull(store), (bucket, key, value) -> index.loaded(key, value));
                whole.ifPresent(manifest -> finish(manifest, part.getReplayFrom(), at.offset(), rec.timestamp()));
            } else {
                LOG.debug("part {} of a state at offset {} is passed over", part.getIndex(), at.offset());
            }
        } catch (MalformedRecordException | InvalidSnapshotException e) {
            throw new IllegalStateException(
                    "the state that is installed at %s-%d offset %d is damaged: %s"
                            .formatted(at.topic(), at.partition(), at.offset(), e.getMessage()),
                    e);
        }
    }

    private void begin(Manifest manifest) {
        if (ledger != null && ledger.head().commitIndex() >= manifest.commitIndex()) {
            LOG.info(
                    "the state of checkpoint {} is not installed: this ledger is at commit {} already",
                    manifest.checkpointIndex(),
                    ledger.head().commitIndex());
            return;
        }
        LOG.info("installing the state of checkpoint {}, {} entries", manifest.checkpointIndex(), manifest.entries());
        ledger = null;
        state = null;
        certification = null;
        for (String name : List.of(
                LedgerTopology.ENTRIES_STORE,
                LedgerTopology.BUCKETS_STORE,
                LedgerTopology.OWNERS_STORE,
                LedgerTopology.RESULTS_STORE)) {
            empty(context().getStateStore(name));
        }
        owners = owners(each -> {});
        Objects.requireNonNull(installation).begin(manifest);
    }

    private static void empty(KeyValueStore<Bytes, byte[]> full) {
        List<Bytes> keys = new ArrayList<>();
        do {
            keys.clear();
            try (var all = full.all()) {
                while (all.hasNext() && keys.size() < DELETED_AT_ONCE) {
                    keys.add(all.next().key);
                }
            }
            keys.forEach(full::delete);
        } while (!keys.isEmpty());
    }

    /** What came meanwhile, and what waited before, is applied now. */
    private void finish(Manifest manifest, long replayFrom, long offset, long timestamp) {
        PendingVertices waiting = Objects.requireNonNull(pending);
        NavigableMap<Long, Vertex> vertices = new TreeMap<>();
        waiting.forEach(vertices::put);
        vertices.keySet().forEach(waiting::remove);
        open();
        Ledger current = Objects.requireNonNull(ledger);
        Hash root = current.checkpoint().root();
        if (current.head().commitIndex() != manifest.commitIndex()
                || !current.head().commitHash().equals(manifest.commitHash())
                || !root.equals(manifest.stateRoot())) {
            throw new IllegalStateException(
                    "the installed state stands at commit %d with root %s, not at commit %d with %s"
                            .formatted(
                                    current.head().commitIndex(), root, manifest.commitIndex(), manifest.stateRoot()));
        }
        send(
                Long.toString(manifest.commitIndex()),
                CommitRecords.installed(current.head(), current.checkpoint(), new LogPosition(offset + 1, replayFrom)),
                timestamp,
                LedgerTopology.COMMITS_SINK);
        publishValidators(current.knownValidators(), timestamp);
        vertices.forEach((at, vertex) -> apply(current, vertex, at, timestamp));
    }

    /** Once after each start, and when they change: those who verify vertices and those who make them know no others. */
    private void publishValidators(OpenEpochs open, long timestamp) {
        if (!open.equals(published)) {
            send(Topics.VALIDATORS_KEY, open.toRecord(), timestamp, LedgerTopology.VALIDATORS_SINK);
            published = open;
        }
    }

    /** Whoever has peers asks them; nothing that is computed depends on it. */
    private void askForMissing(long now) {
        if (ledger == null) {
            return;
        }
        List<VertexRef> wanted = ledger.dag().missingParents(MissingParents.MAX);
        missing.look(wanted).forEach(each -> send(Hash.of(each.getId()).hex(), each, now, LedgerTopology.MISSING_SINK));
    }

    /** With what the vertices that are not committed yet say. A certificate that they complete is published already. */
    private Certification certification(Ledger opened, PendingVertices pending) {
        var fresh = new Certification(genesis.networkId(), opened.checkpoint().index() - 1);
        fresh.executed(opened.checkpoint());
        pending.forEach((offset, vertex) -> {
            Optional<Certificate> known = fresh.take(vertex, opened.knownValidators());
            known.ifPresent(certificate -> LOG.debug("certified before: {}", certificate));
        });
        return fresh;
    }

    private void certify(Vertex vertex, Applied applied, long timestamp) {
        Certification current = Objects.requireNonNull(certification);
        applied.commits().forEach(commit -> commit.checkpoint().ifPresent(current::executed));
        if (applied.arrival() == Arrival.TAKEN) {
            current.take(vertex, Objects.requireNonNull(ledger).knownValidators())
                    .ifPresent(certificate -> send(
                            Long.toString(certificate.checkpointIndex()),
                            certificate.record(),
                            timestamp,
                            LedgerTopology.CERTIFICATES_SINK));
        }
        current.divergence().ifPresent(found -> report(found, vertex, timestamp));
    }

    /** What is known so far is committed with the event; then nothing more is applied, and nothing is wiped. */
    private void report(Divergence found, Vertex vertex, long timestamp) {
        LOG.error("{}", found.sentence());
        send(
                vertex.producer().hex(),
                CommitRecords.divergence(found, vertex.ref()),
                timestamp,
                LedgerTopology.EVENTS_SINK);
        context().commit();
        context().schedule(HALT_AFTER, PunctuationType.WALL_CLOCK_TIME, now -> requireNoDivergence());
    }

    private void requireNoDivergence() {
        Certification current = certification;
        if (current != null) {
            current.divergence().ifPresent(found -> {
                throw new IllegalStateException(
                        "the ledger halts: " + found.sentence()
                                + " Everything is kept: compare the snapshots of both sides, and start again from a certified one.");
            });
        }
    }

    private void forward(CommitOutput commit, long timestamp) {
        Objects.requireNonNull(owners).apply(commit.changes());
        List<TransactionResult> all = ResultIndex.records(commit);
        Objects.requireNonNull(results).apply(commit.index(), commit.leader().round(), all);
        String key = Long.toString(commit.index());
        CommitRecords.changes(commit).forEach(part -> send(key, part, timestamp, LedgerTopology.CHANGES_SINK));
        all.forEach(result -> send(Hash.of(result.getTxId()).hex(), result, timestamp, LedgerTopology.RESULTS_SINK));
        send(key, CommitRecords.commit(commit), timestamp, LedgerTopology.COMMITS_SINK);
        LOG.debug(
                "commit {} of round {}: {} vertices, {} transactions, {} failed",
                commit.index(),
                commit.leader().round(),
                commit.vertices().size(),
                commit.results().size(),
                commit.failedTransactions());
    }

    private void forward(DagEvent event, long timestamp) {
        LOG.warn("{} {}: {}", event.kind(), event.vertex(), event.detail());
        send(event.vertex().producer().hex(), CommitRecords.event(event), timestamp, LedgerTopology.EVENTS_SINK);
    }

    private void send(String key, SpecificRecordBase value, long timestamp, String sink) {
        context().forward(new Record<>(key, value, timestamp), sink);
    }

    private void reject(Record<@Nullable String, byte[]> rec, RecordMetadata at, MalformedRecordException why) {
        byte[] bytes = rec.value() == null ? new byte[0] : rec.value();
        LOG.warn("record {}-{} offset {} is no vertex: {}", at.topic(), at.partition(), at.offset(), why.getMessage());
        var rejected = RejectedInput.newBuilder()
                .setReason("MALFORMED")
                .setDetail(String.valueOf(why.getMessage()))
                .setLength(bytes.length)
                .setBytes(ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, VerifyVertices.KEPT_BYTES)))
                .setOrigin(new RecordPosition(at.topic(), at.partition(), at.offset()))
                .build();
        send(rec.key() == null ? "" : rec.key(), rejected, rec.timestamp(), LedgerTopology.UNUSABLE_SINK);
    }
}
