package dev.meshlog.infra.node;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.replayer.Replica;
import dev.meshlog.replayer.ReplicaRun;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.streams.http.LedgerServer;
import dev.meshlog.streams.ledger.StateView;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** The ledger's HTTP server over a replica: it answers once the replica is live. */
public final class ReplicaDoor implements ReplicaRun.Reading {
    private final LedgerServer server;

    /** Held for reading by whoever reads, so that the store is not closed under it. */
    private final ReadWriteLock reading = new ReentrantReadWriteLock();

    private boolean closed;

    /** @throws UserError when the address can't be used */
    public ReplicaDoor(HttpConfig config, Cluster cluster, GenesisConfig genesis, Replica replica) {
        server = LedgerDoor.open(config, cluster, genesis);
        server.follow(() -> replica.isLive() ? Optional.of((StateView) key -> entry(replica, key)) : Optional.empty());
    }

    /** Where it answers. */
    public String url() {
        return server.url();
    }

    private Optional<byte[]> entry(Replica replica, byte[] key) {
        reading.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the replica is being closed");
            }
            try (var view = replica.view()) {
                return Optional.ofNullable(view.get(key));
            }
        } finally {
            reading.readLock().unlock();
        }
    }

    @Override
    public void close() {
        server.close();
        reading.writeLock().lock();
        try {
            closed = true;
        } finally {
            reading.writeLock().unlock();
        }
    }
}
