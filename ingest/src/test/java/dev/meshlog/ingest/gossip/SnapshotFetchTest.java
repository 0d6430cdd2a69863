package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ingest.gossip.Consequences.Misdeed;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.gossip.PeerStatus;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over a real cluster; the peers are scripted. */
class SnapshotFetchTest implements SnapshotFetch.Progress {
    private static final long ENOUGH = Long.MAX_VALUE;
    private static TestBroker broker;

    private final Network network = new Network(1);
    private final OfferedChunks older = OfferedChunks.of(network.genesis, 7);
    private final OfferedChunks newer = OfferedChunks.of(network.genesis, 9);
    private final Consequences consequences = new Consequences();
    private final Map<Peer, PeerStatus> peers = new LinkedHashMap<>();
    private final List<Manifest> chosen = new ArrayList<>();
    private Producer<String, byte[]> producer;
    private SnapshotFetch fetch;

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        broker = TestBroker.start(directory);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void open() throws Exception {
        broker.recreateTopics();
        producer = broker.cluster().producer();
        fetch = new SnapshotFetch(
                broker.cluster(),
                network.genesis,
                new Trust.Blind(),
                producer,
                () -> peers,
                consequences,
                2,
                Clock.systemUTC());
    }

    @AfterEach
    void close() {
        producer.close();
    }

    @Test
    void falseSnapshotsCostTheirSourcesTheConnectionAndTheNextOneIsTaken() throws Exception {
        ScriptedPeer first = connect(newer.ofAnotherCommit().good(1));
        ScriptedPeer second = connect(newer.withAMadeUpChunk().good(2));
        connect(older.good(3));

        assertThat(fetch(ENOUGH)).isEqualTo(older.manifest());

        assertThat(consequences.misdeeds)
                .containsExactlyInAnyOrder(
                        new Misdeed(first, Misbehaviour.FALSE_SNAPSHOT),
                        new Misdeed(second, Misbehaviour.FALSE_SNAPSHOT));
        assertThat(broker.table(Topics.MANIFESTS).keySet())
                .containsExactly(older.manifest().hash().hex());
        assertThat(broker.table(Topics.CHUNKS).keySet().stream().map(Hash::ofHex))
                .containsAll(older.chunks().keySet())
                .allMatch(id -> older.chunks().containsKey(id) || newer.chunks().containsKey(id));
    }

    @Test
    void snapshotThatCouldNotBeInstalledIsGoneAndNotTakenAgain() throws Exception {
        ScriptedPeer source = connect(newer.good(1));
        connect(older.good(2));
        assertThat(fetch(ENOUGH)).isEqualTo(newer.manifest());

        fetch.foundFalse(newer.manifest(), "its state can't be opened");

        assertThat(broker.table(Topics.MANIFESTS)).isEmpty();
        assertThat(consequences.misdeeds).containsExactly(new Misdeed(source, Misbehaviour.FALSE_SNAPSHOT));
        assertThat(fetch(ENOUGH)).isEqualTo(older.manifest());
    }

    @Test
    void snapshotForWhichThereIsNoRoomIsNotBegun() {
        ScriptedPeer peer = connect(newer.good(1));
        long needed = 3 * newer.manifest().size();

        assertThatThrownBy(() -> fetch(needed - 1))
                .isInstanceOfSatisfying(
                        FetchFailedException.class,
                        e -> assertThat(e.failures().toString())
                                .contains("it may take %d bytes of the disk".formatted(needed))
                                .contains((needed - 1) + " are free"));

        assertThat(peer.asked()).as("for its snapshots").hasSize(1);
        assertThat(chosen).isEmpty();
        assertThat(consequences.misdeeds).isEmpty();
    }

    private Manifest fetch(long room) throws Exception {
        return fetch.fetch(0, room, false, this);
    }

    private ScriptedPeer connect(ScriptedPeer peer) {
        peers.put(
                peer,
                PeerStatus.newBuilder()
                        .setCommitIndex(100)
                        .setCommitHash(Hash.ZERO.fixed())
                        .setLeaderRound(200)
                        .setNewestRound(200)
                        .setOldestRound(1)
                        .setSnapshot(9L)
                        .setSoftware("test")
                        .build());
        return peer;
    }

    @Override
    public void chosen(Manifest manifest, List<String> sources) {
        chosen.add(manifest);
    }

    @Override
    public void fetched(long bytes, long allBytes) {
        assertThat(bytes).isLessThanOrEqualTo(allBytes);
    }
}
