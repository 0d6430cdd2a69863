package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ingest.gossip.quic.Reply;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * An answer of vertices. The peer may be waited for so long altogether: one that sends a vertex now and then holds nobody for good. What the taker needs for
 * itself between two of them does not count. One thread.
 */
final class VertexReply implements AutoCloseable {
    /** Without a word. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** An answer has 32 MiB at most, and what came in time is kept. */
    static final Duration ALTOGETHER = Duration.ofSeconds(30);

    private static final Set<MessageType> VERTEX = EnumSet.of(MessageType.VERTEX);

    private final Reply reply;
    private final LongSupplier nanoTime;
    private Duration left = ALTOGETHER;

    private VertexReply(Reply reply, LongSupplier nanoTime) {
        this.reply = reply;
        this.nanoTime = nanoTime;
    }

    static VertexReply ask(Peer peer, SpecificRecordBase question, LongSupplier nanoTime) {
        return new VertexReply(peer.ask(question, VERTEX), nanoTime);
    }

    /**
     * The next vertex, or nothing behind the last one.
     *
     * @throws PeerException as {@link Reply#next} does, {@code TOO_SLOW} also when the time for the whole answer is over
     */
    Optional<SignedVertex> next() throws PeerException, InterruptedException {
        long begun = nanoTime.getAsLong();
        Optional<SpecificRecordBase> message = reply.next(PATIENCE, left);
        Duration rest = left.minusNanos(nanoTime.getAsLong() - begun);
        left = rest.isNegative() ? Duration.ZERO : rest;
        return message.map(SignedVertex.class::cast);
    }

    @Override
    public void close() {
        reply.close();
    }
}
