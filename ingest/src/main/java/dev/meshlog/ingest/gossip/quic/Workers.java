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
    private static final int WAITING_FOR_THREADS = 64;
    private static final int OF_A_PEER = 2;
    private static final int OF_A_NAMELESS_PEER = 1;

    /** Of all peers. The largest question takes about 150 KiB. */
    private static final int WAITING_OF_ALL = 512;

    private final PeerEvents events;
    private final int waitingOfAPeer;
    private final Map<Peer, Turn> turns = new HashMap<>();
    private final ThreadPoolExecutor pool = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_FOR_THREADS),
            new DefaultThreadFactory("meshlog-peer-answers", true));
    private int waitingOfAll;

    /** @param waitingOfAPeer questions */
    Workers(PeerEvents events, int waitingOfAPeer) {
        this.events = events;
        this.waitingOfAPeer = waitingOfAPeer;
        pool.allowCoreThreadTimeOut(true);
    }

    private record Question(Peer peer, SpecificRecordBase record, StreamAnswer answer) {}

    /**
     * What is under way of one peer, and what waits for that. QUIC's limit of streams does not bound the latter: a stream whose question was read and whose
     * answer the peer does not want any more is over, and another one may be opened.
     */
    private static final class Turn {
        private final Queue<Question> waiting = new ArrayDeque<>();
        private int running;
    }

    /** False: too much waits. */
    synchronized boolean answer(Peer peer, SpecificRecordBase record, StreamAnswer answer) {
        var question = new Question(peer, record, answer);
        Turn turn = turns.computeIfAbsent(peer, any -> new Turn());
        if (turn.running >= (peer.info().publicKey() == null ? OF_A_NAMELESS_PEER : OF_A_PEER)) {
            if (turn.waiting.size() >= waitingOfAPeer || waitingOfAll >= WAITING_OF_ALL) {
                return false;
            }
            waitingOfAll++;
            return turn.waiting.add(question);
        }
        try {
            pool.execute(() -> takeTurns(turn, question));
            turn.running++;
            return true;
        } catch (RejectedExecutionException e) {
            if (turn.running == 0) {
                turns.remove(peer);
            }
            return false;
        }
    }

    /** Nobody waits for this answer any more. */
    synchronized void forget(Peer peer, StreamAnswer answer) {
        Turn turn = turns.get(peer);
        if (turn != null && turn.waiting.removeIf(each -> each.answer() == answer)) {
            waitingOfAll--;
        }
    }

    private void takeTurns(Turn turn, Question first) {
        Optional<Question> next = Optional.of(first);
        while (next.isPresent()) {
            run(next.get());
            next = next(first.peer(), turn);
        }
    }

    private synchronized Optional<Question> next(Peer peer, Turn turn) {
        Optional<Question> next = Optional.ofNullable(turn.waiting.poll());
        if (next.isPresent()) {
            waitingOfAll--;
        } else {
            turn.running--;
            if (turn.running == 0) {
                turns.remove(peer);
            }
        }
        return next;
    }

    private void run(Question question) {
        Peer peer = question.peer();
        StreamAnswer answer = question.answer();
        try {
            events.asked(peer, question.record(), answer);
            answer.end();
            answer.awaitEnd();
        } catch (PeerException e) {
            LOG.debug("{} breaks off: {}", peer.info().name(), e.getMessage());
        } catch (InterruptedException | RejectedExecutionException e) {
            // This node stops.
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn(
                    "no answer to the {} of {}: {}",
                    question.record().getSchema().getName(),
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
