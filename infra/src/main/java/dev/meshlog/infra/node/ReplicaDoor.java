package dev.meshlog.infra.node;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.query.LedgerView;
import dev.meshlog.replayer.Replica;
import dev.meshlog.replayer.ReplicaRun;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.streams.http.FollowedReplica;
import dev.meshlog.streams.http.LedgerServer;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/** The ledger's HTTP server over a replica: it answers once the replica is live. */
public final class ReplicaDoor implements ReplicaRun.Reading {
    private final LedgerServer server;

    /** Held for reading by whoever reads, so that the store is not closed under it. */
    private final ReadWriteLock reading = new ReentrantReadWriteLock();

    private boolean closed;

    /** @throws UserError when the address can't be used */
    public ReplicaDoor(HttpConfig config, Cluster cluster, GenesisConfig genesis, Replica replica) {
        server = LedgerDoor.open(config, cluster, genesis);
        server.follow(new FollowedReplica() {
            @Override
            public <T> Optional<T> ask(Function<LedgerView, T> question) {
                return askWhileOpen(replica, question);
            }
        });
    }

    /** Where it answers. */
    public String url() {
        return server.url();
    }

    private <T> Optional<T> askWhileOpen(Replica replica, Function<LedgerView, T> question) {
        reading.readLock().lock();
        try {
            return closed ? Optional.empty() : replica.ask(question);
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
