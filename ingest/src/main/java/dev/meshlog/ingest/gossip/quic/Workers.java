package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.schemas.gossip.RefusalReason;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecordBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads on which questions are answered. A peer has one or two of them at a time, and its other questions wait for these: who asks for much and does not
 * read it keeps nobody else from an answer. Peers without a key, of which there are at most 32, can't take all of them.
 */
final class Workers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
    private static final int THREADS = 48;
    private static final int WAITING = 64;
    private static final int OF_A_PEER = 2;
    private static final int OF_A_NAMELESS_PEER = 1;

    private final PeerEvents events;
    private final Map<Peer, Turn> turns = new HashMap<>();
    private final ThreadPoolExecutor pool = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            new DefaultThreadFactory("meshlog-peer-answers", true));

    Workers(PeerEvents events) {
        this.events = events;
        pool.allowCoreThreadTimeOut(true);
    }

    /** What is under way of one peer, and what waits for that; QUIC allows for no more streams than there may be questions at once. */
    private static final class Turn {
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private int running;
    }

    /** False: too much waits. */
    synchronized boolean answer(Peer peer, SpecificRecordBase question, StreamAnswer answer) {
        Runnable work = () -> run(peer, question, answer);
        Turn turn = turns.computeIfAbsent(peer, any -> new Turn());
        if (turn.running >= (peer.info().publicKey() == null ? OF_A_NAMELESS_PEER : OF_A_PEER)) {
            turn.waiting.add(work);
            return true;
        }
        try {
            pool.execute(() -> takeTurns(peer, turn, work));
            turn.running++;
            return true;
        } catch (RejectedExecutionException e) {
            if (turn.running == 0) {
                turns.remove(peer);
            }
            return false;
        }
    }

    private void takeTurns(Peer peer, Turn turn, Runnable first) {
        Optional<Runnable> next = Optional.of(first);
        while (next.isPresent()) {
            next.get().run();
            next = next(peer, turn);
        }
    }

    private synchronized Optional<Runnable> next(Peer peer, Turn turn) {
        Optional<Runnable> next = Optional.ofNullable(turn.waiting.poll());
        if (next.isEmpty()) {
            turn.running--;
            if (turn.running == 0) {
                turns.remove(peer);
            }
        }
        return next;
    }

    private void run(Peer peer, SpecificRecordBase question, StreamAnswer answer) {
        try {
            events.asked(peer, question, answer);
            answer.end();
        } catch (PeerException e) {
            LOG.debug("{} breaks off: {}", peer.info().name(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn(
                    "no answer to the {} of {}: {}",
                    question.getSchema().getName(),
                    peer.info().name(),
                    e.toString());
            answer.refuse(new PeerRefusal(RefusalReason.BUSY, "an error here"));
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
