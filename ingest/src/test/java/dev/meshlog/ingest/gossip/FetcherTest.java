package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ingest.gossip.Consequences.Misdeed;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer.Says;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.gossip.VerticesById;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FetcherTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int ROUNDS = 300;

    private final Consequences consequences = new Consequences();
    private final Chain chain = new Chain(3, ROUNDS, consequences);
    private final PeerTable peers =
            new PeerTable(null, new PeerTable.Limits(10, 10, 60), key -> false, System::nanoTime);
    private final Fetcher fetcher = new Fetcher(
            peers, chain.intake(), consequences, Runnable::run, chain.networkId(), key -> false, System::nanoTime);

    /** Of the last round. */
    private final Vertex wanted = chain.round(ROUNDS).get(0);

    @AfterEach
    void close() {
        chain.close();
    }

    @Test
    void producerIsAskedFirstAndThenTheOthers() {
        ScriptedPeer producer = producer(question -> Says.all(List.of()));
        ScriptedPeer second = peer(2, question -> Says.all(List.of()));
        ScriptedPeer third = peer(3, question -> Says.all(List.of()));

        fetcher.want(wanted.id(), wanted.producer(), 1);
        fetcher.ask();
        assertThat(producer.asked())
                .containsExactly(new VerticesById(List.of(wanted.id().fixed())));
        assertThat(second.asked()).isEmpty();
        assertThat(third.asked()).isEmpty();

        for (int attempt = 2; attempt <= 4; attempt++) {
            fetcher.want(wanted.id(), wanted.producer(), attempt);
            fetcher.ask();
        }
        assertThat(producer.asked()).as("once more, in its turn").hasSize(2);
        assertThat(second.asked()).hasSize(1);
        assertThat(third.asked()).hasSize(1);
        assertThat(consequences.misdeeds).isEmpty();
    }

    @Test
    void whatComesIsTakenThoughItWasInTheLog() {
        producer(this::found);
        for (int times = 1; times <= 2; times++) {
            fetcher.want(wanted.id(), wanted.producer(), 1);
            fetcher.ask();
            awaitLogged(times);
            chain.seeWhatIsLogged();
        }
        assertThat(chain.logged()).containsOnly(wanted.record());
    }

    @Test
    void nobodyIsAskedForWhatIsNotWantedAnyMore() {
        ScriptedPeer producer = producer(this::found);
        fetcher.want(wanted.id(), wanted.producer(), 1);
        fetcher.ask();
        fetcher.ask();

        assertThat(producer.asked()).hasSize(1);
    }

    @Test
    void thatNobodyIsConnectedLosesNothing() {
        fetcher.want(wanted.id(), wanted.producer(), 1);
        fetcher.ask();
        producer(this::found);
        fetcher.ask();

        awaitLogged(1);
    }

    @Test
    void vertexThatNobodyAskedForIsMisbehaviour() {
        SignedVertex other = chain.round(1).get(0).record();
        ScriptedPeer liar = producer(question -> {
            List<SignedVertex> answer = new ArrayList<>(List.of(other));
            answer.add(wanted.record());
            return Says.all(answer);
        });
        fetcher.want(wanted.id(), wanted.producer(), 1);
        fetcher.ask();

        assertThat(consequences.misdeeds).containsExactly(new Misdeed(liar, Misbehaviour.WRONG_ANSWER));
        assertThat(chain.logged()).isEmpty();
    }

    @Test
    void sameVertexTwiceIsMisbehaviour() {
        ScriptedPeer liar = producer(question -> Says.all(List.of(wanted.record(), wanted.record())));
        fetcher.want(wanted.id(), wanted.producer(), 1);
        fetcher.ask();

        assertThat(consequences.misdeeds).containsExactly(new Misdeed(liar, Misbehaviour.WRONG_ANSWER));
    }

    @ParameterizedTest
    @CsvSource({"BUSY,", "NOT_FOUND,", "TOO_FAST,", "TOO_SLOW,NO_ANSWER", "MALFORMED,MALFORMED"})
    void onlySilenceAndNonsenseAreHeldAgainstAPeer(RefusalReason reason, @Nullable Misbehaviour misbehaviour) {
        ScriptedPeer peer = producer(question -> Says.refusing(new PeerRefusal(reason, "no")));
        fetcher.want(wanted.id(), wanted.producer(), 1);
        fetcher.ask();

        assertThat(consequences.misdeeds)
                .isEqualTo(misbehaviour == null ? List.of() : List.of(new Misdeed(peer, misbehaviour)));
    }

    @Test
    void silentPeersHoldNeitherTheOthersNorTheNextQuestion() throws Exception {
        ExecutorService threads = Fetcher.threads();
        var silence = new CountDownLatch(1);
        try {
            var patient = new Fetcher(
                    peers, chain.intake(), consequences, threads, chain.networkId(), key -> false, System::nanoTime);
            List<ScriptedPeer> silent = new ArrayList<>();
            for (int number = 1; number <= 9; number++) {
                silent.add(peer(number, question -> after(silence)));
                patient.want(
                        Objects.requireNonNull(StandIn.key(number)), Objects.requireNonNull(StandIn.key(number)), 1);
            }
            patient.ask();
            await().atMost(PATIENCE)
                    .until(() -> silent.stream().allMatch(each -> each.asked().size() == 1));
            producer(this::found);
            patient.want(wanted.id(), wanted.producer(), 1);
            patient.ask();
            awaitLogged(1);
        } finally {
            silence.countDown();
            threads.shutdownNow();
        }
    }

    @Test
    void whoWasSilentIsNotAskedForWhatOthersMayHave() {
        var tooSlow = new PeerRefusal(RefusalReason.TOO_SLOW, "no");
        ScriptedPeer silent = producer(question -> Says.refusing(tooSlow));
        fetcher.want(wanted.id(), wanted.producer(), 1);
        fetcher.ask();
        ScriptedPeer other = peer(2, this::found);
        for (int round = 1; round < ROUNDS; round++) {
            fetcher.want(chain.round(round).get(0).id(), wanted.producer(), 1 + round % 4);
            fetcher.ask();
        }

        assertThat(silent.asked()).hasSize(1);
        assertThat(other.asked()).hasSize(ROUNDS - 1);
    }

    @Test
    void answerThatDripsIsBrokenOff() {
        long[] now = {0};
        List<SignedVertex> all = new ArrayList<>();
        var patient = new Fetcher(
                peers, chain.intake(), consequences, Runnable::run, chain.networkId(), key -> false, () -> now[0]);
        for (int round = 1; round <= ROUNDS; round++) {
            all.add(chain.round(round).get(0).record());
            patient.want(chain.round(round).get(0).id(), Hash.ZERO, 1);
        }
        var dripping = new DrippingPeer(StandIn.info(1, "192.0.2.1", true), all, time -> now[0] += time.toNanos());
        assertThat(peers.add(dripping)).isEmpty();
        patient.ask();

        assertThat(Duration.ofNanos(now[0])).isEqualTo(VertexReply.ALTOGETHER);
        assertThat(consequences.misdeeds).containsExactly(new Misdeed(dripping, Misbehaviour.NO_ANSWER));
    }

    private static Says after(CountDownLatch silence) {
        try {
            silence.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Says.all(List.of());
    }

    @Test
    void oneOfThoseWhoSentSomethingIsAskedForIt() {
        producer(question -> Says.all(List.of()));
        ScriptedPeer second = peer(2, this::found);

        fetcher.want(wanted.id(), List.<Peer>of(second));
        fetcher.want(wanted.id(), List.of());
        fetcher.ask();

        assertThat(second.asked()).hasSize(1);
        awaitLogged(1);
    }

    @Test
    void manyAreAskedForInQuestionsThatAreAnswered() {
        ScriptedPeer producer = producer(this::found);
        Set<Hash> all = new HashSet<>();
        for (int round = 1; round <= ROUNDS; round++) {
            for (Vertex each : chain.round(round)) {
                all.add(each.id());
                fetcher.want(each.id(), each.producer(), 1);
            }
        }
        fetcher.ask();

        assertThat(producer.asked())
                .hasSize(2)
                .allSatisfy(question ->
                        assertThat(((VerticesById) question).getIds()).hasSizeLessThanOrEqualTo(500));
        awaitLogged(all.size());
        assertThat(consequences.misdeeds).isEmpty();
    }

    private void awaitLogged(int vertices) {
        await().atMost(PATIENCE).until(() -> chain.logged().size() >= vertices);
    }

    private Says found(VerticesById question) {
        Set<Hash> ids = new HashSet<>();
        question.getIds().forEach(id -> ids.add(Hash.of(id)));
        List<SignedVertex> found = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            chain.round(round).stream()
                    .filter(each -> ids.contains(each.id()))
                    .map(Vertex::record)
                    .forEach(found::add);
        }
        return Says.all(found);
    }

    private ScriptedPeer producer(Function<VerticesById, Says> answering) {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4444);
        return connected(new PeerInfo(wanted.producer(), false, address, null, true), answering);
    }

    private ScriptedPeer peer(int number, Function<VerticesById, Says> answering) {
        return connected(StandIn.info(number, "192.0.2." + number, true), answering);
    }

    private ScriptedPeer connected(PeerInfo info, Function<VerticesById, Says> answering) {
        var peer = new ScriptedPeer(info, question -> answering.apply((VerticesById) question));
        assertThat(peers.add(peer)).isEmpty();
        return peer;
    }
}
