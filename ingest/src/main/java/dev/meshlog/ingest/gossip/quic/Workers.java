package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.schemas.gossip.RefusalReason;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecordBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads on which questions are answered, few and with few that wait. */
final class Workers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
    private static final int THREADS = 4;
    private static final int WAITING = 64;

    private final PeerEvents events;
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

    /** False: too much waits. */
    boolean answer(Peer peer, SpecificRecordBase question, StreamAnswer answer) {
        try {
            pool.execute(() -> run(peer, question, answer));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
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
