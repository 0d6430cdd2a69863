package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.schemas.gossip.RefusalReason;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.WeakHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecordBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads on which questions are answered: half of them for the peers that are preferred, half for the others, so that no number of keys keeps a validator
 * from its answers. A peer has some of them at a time, and goes to the end of the queue with each of its questions. Who did not read several answers in a row is
 * cut off.
 */
final class Workers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
    /** Of each kind of peers. */
    static final int THREADS = 24;

    static final int OF_A_PEER = 3;
    static final int OF_A_NAMELESS_PEER = 2;

    /** Answers in a row that it may leave unread. */
    private static final int UNREAD = 3;

    /** Of all peers. The largest question takes about 150 KiB. */
    private static final int WAITING_OF_ALL = 512;

    private final PeerEvents events;
    private final int waitingOfAPeer;
    private final Map<Peer, Turn> turns = new HashMap<>();

    /** Answers in a row that they left unread, of connections that are still there. */
    private final Map<Peer, Integer> unread = new WeakHashMap<>();

    private final ThreadPoolExecutor preferred = pool("meshlog-validator-answers");
    private final ThreadPoolExecutor others = pool("meshlog-peer-answers");
    private int waitingOfAll;

    /** @param waitingOfAPeer questions */
    Workers(PeerEvents events, int waitingOfAPeer) {
        this.events = events;
        this.waitingOfAPeer = waitingOfAPeer;
    }

    /** Each peer has some places in the queue, and there are only so many peers. */
    private static ThreadPoolExecutor pool(String name) {
        var pool = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory(name, true));
        pool.allowCoreThreadTimeOut(true);
        return pool;
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
            turn.running++;
            execute(turn, question);
            return true;
        } catch (RejectedExecutionException e) {
            // This node stops.
            return false;
        }
    }

    private void execute(Turn turn, Question question) {
        ThreadPoolExecutor pool = events.isPreferred(question.peer().info()) ? preferred : others;
        pool.execute(() -> {
            run(question);
            runNext(turn, question.peer());
        });
    }

    /** Nobody waits for this answer any more. */
    synchronized void forget(Peer peer, StreamAnswer answer) {
        Turn turn = turns.get(peer);
        if (turn != null && turn.waiting.removeIf(each -> each.answer() == answer)) {
            waitingOfAll--;
        }
    }

    private synchronized void runNext(Turn turn, Peer peer) {
        Question next = turn.waiting.poll();
        if (next != null) {
            waitingOfAll--;
            try {
                execute(turn, next);
            } catch (RejectedExecutionException e) {
                LOG.debug("this node stops");
            }
            return;
        }
        turn.running--;
        if (turn.running == 0) {
            turns.remove(peer);
        }
    }

    /** Counts what it leaves unread; enough of it ends the connection. */
    private void read(Peer peer, boolean isRead) {
        int before;
        synchronized (this) {
            before = isRead ? 0 : unread.merge(peer, 1, Integer::sum);
            if (isRead) {
                unread.remove(peer);
            }
        }
        if (before >= UNREAD) {
            peer.close(new PeerRefusal(RefusalReason.TOO_SLOW, "%d answers in a row were not read".formatted(UNREAD)));
        }
    }

    private void run(Question question) {
        Peer peer = question.peer();
        StreamAnswer answer = question.answer();
        try {
            events.asked(peer, question.record(), answer);
            answer.end();
            answer.awaitEnd();
            read(peer, !answer.isGivenUp());
        } catch (PeerException e) {
            LOG.debug("{} breaks off: {}", peer.info().name(), e.getMessage());
            read(peer, e.reason() != RefusalReason.TOO_SLOW);
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
        preferred.shutdownNow();
        others.shutdownNow();
    }
}
