package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.gossip.PeerStatus;
import dev.meshlog.schemas.ledger.PeerRecord;
import dev.meshlog.schemas.ledger.PeerState;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what becomes of peers to their topic. Peers without a key have one record an IP address. Any thread, none of which waits for the cluster: a producer
 * that does not know the topic yet, or whose buffer is full, does.
 */
final class PeerLog {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLog.class);
    private static final int MOST_WAITING = 1_000;

    private final Producer<String, byte[]> producer;
    private final InstantSource clock;
    private final Executor writing;

    /** @param writing one record after the other */
    PeerLog(Producer<String, byte[]> producer, InstantSource clock, Executor writing) {
        this.producer = producer;
        this.clock = clock;
        this.writing = writing;
    }

    /** While the cluster does not answer, the oldest records give way: whoever is connected is written down again soon. */
    static ExecutorService thread() {
        return new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                new DefaultThreadFactory("meshlog-peer-log", true),
                new ThreadPoolExecutor.DiscardOldestPolicy());
    }

    void connected(PeerInfo peer, Instant since, @Nullable PeerStatus status, PeerTally tally) {
        PeerRecord.Builder all = of(peer, tally).setState(PeerState.CONNECTED).setSinceMs(since);
        if (status != null) {
            all.setCommitIndex(status.getCommitIndex())
                    .setLeaderRound(status.getLeaderRound())
                    .setSoftware(status.getSoftware());
        }
        write(key(peer), all.build());
    }

    void disconnected(PeerInfo peer, PeerRefusal why, PeerTally tally) {
        write(
                key(peer),
                of(peer, tally)
                        .setState(PeerState.DISCONNECTED)
                        .setReason(why.reason().name())
                        .setDetail(why.detail())
                        .setSinceMs(clock.instant())
                        .build());
    }

    /** Nobody is connected there. */
    void unreachable(String address, @Nullable Hash owner, PeerRefusal why) {
        write(
                owner == null ? address : owner.hex(),
                PeerRecord.newBuilder()
                        .setPublicKey(owner == null ? null : owner.fixed())
                        .setAddress(address)
                        .setDialed(true)
                        .setState(PeerState.UNREACHABLE)
                        .setReason(why.reason().name())
                        .setDetail(why.detail())
                        .setSinceMs(clock.instant())
                        .setAtMs(clock.instant())
                        .build());
    }

    private PeerRecord.Builder of(PeerInfo peer, PeerTally tally) {
        Hash key = peer.publicKey();
        InetSocketAddress remote = peer.remote();
        return PeerRecord.newBuilder()
                .setPublicKey(key == null ? null : key.fixed())
                .setAddress(peer.address() == null ? PeerAddress.text(remote) : peer.address())
                .setListener(peer.listener())
                .setDialed(peer.dialed())
                .setReceived(tally.received.get())
                .setDuplicates(tally.duplicates.get())
                .setRejected(tally.rejected.get())
                .setPushed(tally.pushed.get())
                .setDropped(tally.dropped.get())
                .setAtMs(clock.instant());
    }

    private static String key(PeerInfo peer) {
        Hash key = peer.publicKey();
        return key == null ? peer.remote().getAddress().getHostAddress() : key.hex();
    }

    private void write(String key, PeerRecord record) {
        var entry = new ProducerRecord<>(Topics.PEERS.name(), key, Cluster.encode(Topics.PEERS, record));
        writing.execute(() -> {
            try {
                var unused = producer.send(entry, (metadata, failure) -> {
                    if (failure != null) {
                        notWritten(failure);
                    }
                });
            } catch (KafkaException | IllegalStateException e) {
                // Interrupted, or closed, for this node stops.
                notWritten(e);
            }
        });
    }

    private static void notWritten(Exception failure) {
        LOG.debug("what became of a peer is not written down: {}", failure.toString());
    }
}
