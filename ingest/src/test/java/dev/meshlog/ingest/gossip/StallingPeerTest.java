package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ingest.gossip.quic.Reply;
import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.schemas.gossip.VerticesById;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of two peers one takes questions and does not answer them: its question stays open for as long as the test does not run it. */
class StallingPeerTest implements Intake.Outcome {
    private static final Hash STALLS = Objects.requireNonNull(StandIn.key(1));
    private static final Hash ANSWERS = Objects.requireNonNull(StandIn.key(2));
    private static final GenesisConfig GENESIS = new GenesisConfig(
            "one", List.of(new Validator(STALLS, 1, "", 0)), 10_000, 60, 16, 8, 1_000, List.of(), List.of());

    private final Asked stalls = new Asked(StandIn.info(1, "192.0.2.1", true));
    private final Asked answers = new Asked(StandIn.info(2, "192.0.2.2", true));
    private final PeerTable peers = new PeerTable(null, new PeerTable.Limits(9, 9, 9), key -> false, System::nanoTime);
    private final Deque<Runnable> open = new ArrayDeque<>();
    private final Intake intake = new Intake(
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer()),
            GENESIS,
            OpenEpochs.genesis(GENESIS),
            Ed25519.bouncyCastle(),
            new Spread<>(10),
            () -> Long.MAX_VALUE,
            new ForkLimit(() -> 0, GENESIS.gcDepth()),
            this);
    private final Fetcher fetcher =
            new Fetcher(peers, intake, this, open::add, GENESIS.networkId(), key -> false, System::nanoTime);

    @BeforeEach
    void connect() {
        assertThat(peers.add(stalls)).isEmpty();
        assertThat(peers.add(answers)).isEmpty();
    }

    @AfterEach
    void close() {
        intake.close();
    }

    @Test
    void whatItMadeIsAskedOfTheOtherWhileItsQuestionIsOpen() {
        want(1, STALLS);
        fetcher.ask();
        want(2, STALLS);
        fetcher.ask();
        assertThat(open).hasSize(2);
        open.removeLast().run();
        assertThat(answers.ids()).containsExactly(id(2));
        assertThat(stalls.ids()).isEmpty();
    }

    @Test
    void whileAllAreBusyNothingPilesUpAndNothingIsForgotten() {
        want(1, STALLS);
        want(2, ANSWERS);
        fetcher.ask();
        for (int each = 3; each < 50; each++) {
            want(each, STALLS);
            fetcher.ask();
        }
        assertThat(open).hasSize(2);
        while (!open.isEmpty()) {
            open.remove().run();
        }
        fetcher.ask();
        while (!open.isEmpty()) {
            open.remove().run();
        }
        assertThat(stalls.ids().size() + answers.ids().size()).isEqualTo(49);
    }

    private void want(int number, Hash producer) {
        fetcher.want(id(number), producer, 1);
    }

    private static Hash id(int number) {
        return Domain.contentId(new byte[] {(byte) number});
    }

    /** Has nothing, and remembers what it was asked for. */
    private static final class Asked implements Peer {
        private final List<VerticesById> questions = new ArrayList<>();
        private final PeerInfo info;

        Asked(PeerInfo info) {
            this.info = info;
        }

        @Override
        public PeerInfo info() {
            return info;
        }

        List<Hash> ids() {
            return questions.stream()
                    .flatMap(each -> each.getIds().stream())
                    .map(Hash::of)
                    .toList();
        }

        @Override
        public Reply ask(SpecificRecordBase question, Set<MessageType> expected) {
            questions.add((VerticesById) question);
            return new Reply() {
                @Override
                public Optional<SpecificRecordBase> next(Duration patience, Duration altogether) {
                    return Optional.empty();
                }

                @Override
                public void close() {
                    // It ended by itself.
                }
            };
        }

        @Override
        public boolean push(EncodedMessage message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close(PeerRefusal why) {
            throw new UnsupportedOperationException();
        }
    }

    @Override
    public PeerTally tally(Peer peer) {
        return new PeerTally();
    }

    @Override
    public void misbehaved(Peer peer, Misbehaviour what, String detail) {
        throw new AssertionError(what + " " + detail);
    }

    @Override
    public void wanted(Hash id, List<Peer> from) {
        throw new AssertionError("nobody sent " + id);
    }
}
