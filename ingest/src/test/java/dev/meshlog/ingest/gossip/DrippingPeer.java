package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ingest.gossip.quic.Reply;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer.Says;
import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecordBase;

/** Sends the same vertices over and over, each just before the patience of who waits is over. */
final class DrippingPeer implements Peer {
    private static final Duration BETWEEN = Duration.ofSeconds(9);

    /** Where nobody breaks it off, a test is to fail and not to hang. */
    private static final int MOST = 1_000;

    private final PeerInfo info;
    private final List<SignedVertex> vertices;
    private final Consumer<Duration> passing;
    private final AtomicInteger questions = new AtomicInteger();

    /** @param passing moves the clock of who waits */
    DrippingPeer(PeerInfo info, List<SignedVertex> vertices, Consumer<Duration> passing) {
        this.info = info;
        this.vertices = vertices;
        this.passing = passing;
    }

    int questions() {
        return questions.get();
    }

    @Override
    public PeerInfo info() {
        return info;
    }

    @Override
    public Reply ask(SpecificRecordBase question, Set<MessageType> expected) {
        questions.incrementAndGet();
        var tooSlow = new PeerRefusal(RefusalReason.TOO_SLOW, "no answer");
        Reply silent = new ScriptedPeer(info, any -> Says.refusing(tooSlow)).ask(question, expected);
        return new Reply() {
            private int sent;

            @Override
            public Optional<SpecificRecordBase> next(Duration patience, Duration altogether)
                    throws PeerException, InterruptedException {
                if (altogether.compareTo(BETWEEN) < 0) {
                    passing.accept(altogether);
                    return silent.next(patience, altogether);
                }
                passing.accept(BETWEEN);
                return sent == MOST ? Optional.empty() : Optional.of(vertices.get(sent++ % vertices.size()));
            }

            @Override
            public void close() {
                // It would go on for ever.
            }
        };
    }

    @Override
    public boolean push(EncodedMessage message) {
        return true;
    }

    @Override
    public void close(PeerRefusal why) {
        // Nobody is on the other side.
    }
}
