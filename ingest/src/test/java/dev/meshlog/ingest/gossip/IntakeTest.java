package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.dag.ForkAdmission;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One validator signs many vertices for one round. */
class IntakeTest implements Intake.Outcome {
    private static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
    private static final GenesisConfig GENESIS = new GenesisConfig(
            "one", List.of(new Validator(KEY.publicKey(), 1, "", 0)), 10_000, 60, 16, 8, 1_000, List.of(), List.of());
    private static final int FORKS = 10;

    private final Peer maker =
            new StandIn(new PeerInfo(KEY.publicKey(), false, new InetSocketAddress(loopback(), 1), null, true));
    private final Peer relay = StandIn.of(2, true);
    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
    private final PeerTally tally = new PeerTally();
    private final List<Misbehaviour> misdeeds = Collections.synchronizedList(new ArrayList<>());
    private long decided;
    private final Intake intake = new Intake(
            producer,
            GENESIS,
            OpenEpochs.genesis(GENESIS),
            Ed25519.bouncyCastle(),
            new Spread<>(1_000),
            () -> Long.MAX_VALUE,
            new ForkLimit(() -> decided, GENESIS.gcDepth()),
            this);

    @AfterEach
    void close() {
        intake.close();
    }

    @Test
    void ofManyForksAFewAreTakenAndTheirMakerIsBlamed() throws Exception {
        takeAll(maker, forks());
        assertThat(logged()).isEqualTo(forks().subList(0, ForkAdmission.MAX_FORKS));
        assertThat(misdeeds).hasSize(FORKS - ForkAdmission.MAX_FORKS).containsOnly(Misbehaviour.TOO_MANY_FORKS);
    }

    @Test
    void whoRelaysForksIsNotBlamed() throws Exception {
        takeAll(relay, forks());
        assertThat(logged()).hasSize(ForkAdmission.MAX_FORKS);
        assertThat(misdeeds).isEmpty();
        assertThat(tally.rejected.get()).isZero();
    }

    @Test
    void forkThatTheLedgerAsksForIsTaken() throws Exception {
        List<SignedVertex> forks = forks();
        takeAll(relay, forks);
        SignedVertex wanted = forks.get(FORKS - 1);
        var taken = new CountDownLatch(1);
        intake.takeOnDemand(relay, wanted, taken::countDown);
        assertThat(taken.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(logged()).hasSize(ForkAdmission.MAX_FORKS + 1).contains(wanted);
    }

    @Test
    void whatIsTooOldToBeCommittedIsTakenWhenItIsAskedForOnly() throws Exception {
        decided = 1 + GENESIS.gcDepth();
        SignedVertex old = forks().get(0);
        takeAll(maker, List.of(old));
        assertThat(logged()).isEmpty();
        assertThat(misdeeds).isEmpty();

        var taken = new CountDownLatch(1);
        intake.takeOnDemand(maker, old, taken::countDown);
        assertThat(taken.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(logged()).containsExactly(old);
    }

    private void takeAll(Peer from, List<SignedVertex> vertices) throws InterruptedException {
        var taken = new CountDownLatch(vertices.size());
        vertices.forEach(vertex -> intake.take(from, vertex, taken::countDown));
        assertThat(taken.await(1, TimeUnit.MINUTES)).isTrue();
    }

    private static List<SignedVertex> forks() {
        var factory = new VertexFactory(GENESIS.networkId(), GENESIS.epochLength(), KEY);
        return IntStream.range(0, FORKS)
                .mapToObj(each ->
                        factory.make(1, List.of(VertexRef.implicit(KEY.publicKey())), List.of(), 0, Hash.ZERO, each))
                .map(Vertex::record)
                .toList();
    }

    private List<SignedVertex> logged() {
        return producer.history().stream()
                .filter(rec -> rec.topic().equals(Topics.VERTICES.name()))
                .map(rec -> Topics.VERTICES.values().deserializer().deserialize(rec.topic(), rec.value()))
                .toList();
    }

    private static InetAddress loopback() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public PeerTally tally(Peer peer) {
        return tally;
    }

    @Override
    public void misbehaved(Peer peer, Misbehaviour what, String detail) {
        misdeeds.add(what);
    }

    @Override
    public void wanted(Hash id, List<Peer> from) {
        throw new AssertionError("nobody else sent " + id);
    }
}
