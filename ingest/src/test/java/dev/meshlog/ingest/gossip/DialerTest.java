package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.schemas.gossip.KnownPeer;
import dev.meshlog.schemas.gossip.KnownPeers;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class DialerTest {
    private static final String ONE = "192.0.2.1:4444";
    private static final String OTHER = "192.0.2.2:4444";
    private static final Duration STEP = Duration.ofMillis(100);
    private static final int A_MINUTE = 600;

    private long now = 7;
    private final PeerTable peers = new PeerTable(null, new PeerTable.Limits(10, 10, 60), key -> false, () -> now);
    private final List<String> dialed = new ArrayList<>();
    private final List<Runnable> lookups = new ArrayList<>();
    private final Dialer dialer = new Dialer(
            null,
            this::connect,
            peers,
            new PeerLog(
                    new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer()),
                    Clock.systemUTC(),
                    Runnable::run),
            lookups::add,
            () -> now,
            new Random(1));

    @Test
    void nodeWithTwoAddressesIsLeftAloneOnceItIsConnected() {
        dialer.learn(ONE);
        dialer.dial();
        dialer.learn(OTHER);
        dialer.dial();
        assertThat(dialed).containsExactly(ONE, OTHER);

        // The second connection took the place of the first, which has to know that.
        for (int step = 0; step < A_MINUTE; step++) {
            now += STEP.toNanos();
            dialer.dial();
        }
        assertThat(dialed).containsExactly(ONE, OTHER);
    }

    @Test
    void toldAddressOfWhoIsConnectedMeanwhileIsNotDialed() {
        dialer.learn(ONE);
        var told = new KnownPeer(OTHER, key(1).fixed());
        dialer.learn(StandIn.of(2, false), new KnownPeers(List.of(told)));
        peers.add(new StandIn(StandIn.info(1, "192.0.2.3", false)));

        dialer.dial();
        assertThat(dialed).containsExactly(ONE);
    }

    @Test
    void addressThatAnotherValidatorClaimsTooIsDialed() {
        dialer.learn(validators(Map.of(1, ONE, 2, ONE)));
        peers.add(StandIn.of(2, false));
        dialer.dial();
        assertThat(dialed).containsExactly(ONE);

        assertThat(peers.remove(peers.of(key(2)).orElseThrow())).isTrue();
        now += Duration.ofMinutes(1).toNanos();
        dialer.dial();
        assertThat(dialed).as("it is known whose it is").containsExactly(ONE);
    }

    @Test
    void addressThatAnotherValidatorHasNowIsDialed() {
        dialer.learn(validators(Map.of(1, ONE)));
        dialer.dial();
        assertThat(dialed).containsExactly(ONE);

        Peer peer = peers.connected().get(0);
        assertThat(peers.remove(peer)).isTrue();
        dialer.gone(peer);
        peers.add(new StandIn(StandIn.info(1, "192.0.2.9", false)));
        dialer.learn(validators(Map.of(1, OTHER, 2, ONE)));
        now += Duration.ofMinutes(1).toNanos();
        dialer.dial();
        assertThat(dialed).containsExactly(ONE, ONE);
    }

    @Test
    void nodeThatWentIsDialedAgain() {
        dialer.learn(ONE);
        dialer.dial();
        Peer peer = peers.connected().get(0);
        assertThat(peers.remove(peer)).isTrue();
        dialer.gone(peer);

        now += STEP.multipliedBy(10).toNanos();
        dialer.dial();
        assertThat(dialed).containsExactly(ONE, ONE);
    }

    @Test
    void nobodyWaitsForNames() {
        dialer.learn("localhost:4444");
        dialer.learn(ONE);
        dialer.dial();
        assertThat(dialed).containsExactly(ONE);
        assertThat(lookups).hasSize(1);

        lookups.remove(0).run();
        assertThat(dialed).containsExactly(ONE, "localhost:4444");
    }

    @Test
    void whoTellsAddressesAllTheTimeIsNotListenedTo() {
        Peer telling = StandIn.of(2, false);
        for (int each = 1; each <= 100; each++) {
            dialer.learn(telling, told(each));
        }
        dialer.dial();
        assertThat(dialed).hasSize(Dialer.TOLD_IN_A_ROW);

        now += Duration.ofSeconds(1).toNanos();
        for (int each = 101; each <= 200; each++) {
            dialer.learn(telling, told(each));
        }
        dialer.dial();
        assertThat(dialed).hasSize(Dialer.TOLD_IN_A_ROW + 1);
    }

    private static OpenEpochs validators(Map<Integer, String> addresses) {
        List<Validator> validators = addresses.entrySet().stream()
                .map(each -> new Validator(key(each.getKey()), 1, each.getValue(), 0))
                .toList();
        return OpenEpochs.genesis(
                new GenesisConfig("dialer", validators, 10_000, 60, 16, 8, 1_000, List.of(), List.of()));
    }

    private static Hash key(int number) {
        return Objects.requireNonNull(StandIn.key(number));
    }

    private static KnownPeers told(int host) {
        return new KnownPeers(List.of(new KnownPeer("192.0.2." + host + ":4444", null)));
    }

    /** The same node answers everywhere, and its newest connection stays. */
    private CompletableFuture<Peer> connect(InetSocketAddress address) {
        dialed.add(address.getHostString() + ":" + address.getPort());
        var peer = new StandIn(StandIn.info(1, address.getHostString(), true));
        assertThat(peers.admit(peer.info())).isEmpty();
        peers.add(peer).ifPresent(old -> {
            assertThat(peers.remove(old)).isFalse();
            dialer.gone(old);
        });
        return CompletableFuture.completedFuture(peer);
    }
}
