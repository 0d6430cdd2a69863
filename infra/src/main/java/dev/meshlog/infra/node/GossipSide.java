package dev.meshlog.infra.node;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.LedgerMode;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.ingest.Following;
import dev.meshlog.ingest.gossip.Gossip;
import dev.meshlog.ingest.gossip.PeerAddress;
import dev.meshlog.ingest.gossip.TransactionRelay;
import dev.meshlog.ingest.gossip.quic.Identity;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.Cluster;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** This node among the nodes of its ledger's network. */
public final class GossipSide implements AutoCloseable, Registration.Network {
    private final Gossip gossip;
    private volatile @Nullable Following relay;
    private @Nullable Thread joining;

    private GossipSide(Gossip gossip) {
        this.gossip = gossip;
    }

    /**
     * Begins to listen.
     *
     * @param isFresh whether the ledger has no state yet
     * @throws UserError when the address can't be had
     */
    static GossipSide open(
            Cluster cluster,
            LedgerIdentity identity,
            MeshlogConfig.Ledger config,
            Path directory,
            boolean isFresh,
            Clock clock) {
        InetSocketAddress listen = config.gossip().listenAddress();
        boolean isListener = config.place() == LedgerMode.LISTENER;
        try {
            Gossip gossip = Gossip.open(
                    cluster,
                    identity.genesis(),
                    new Identity(
                            identity.genesis().networkId(),
                            identity.signingKey().orElse(null),
                            isListener,
                            config.gossip().address()),
                    new Gossip.Settings(
                            listen, config.gossip().join(), directory.resolve("gossip"), software(), isFresh),
                    Ed25519.fastest(),
                    clock);
            return new GossipSide(gossip);
        } catch (IOException e) {
            throw new UserError(
                    "can't listen for peers: " + e.getMessage(), "choose another address with ledger.gossip.listen", e);
        }
    }

    /** Begins to give away what clients leave here; not before the ledger has a state, which says who makes vertices. */
    void relay(Cluster cluster, LedgerIdentity identity) {
        var way = new TransactionRelay.Way() {
            @Override
            public boolean isNeeded() {
                return !gossip.isValidator();
            }

            @Override
            public boolean submit(Transaction transaction) throws InterruptedException {
                return GossipSide.this.submit(transaction).isPresent();
            }

            @Override
            public long round() {
                return gossip.progress().leaderRound();
            }
        };
        relay = TransactionRelay.follow(cluster, identity.genesis().networkId(), Ed25519.fastest(), way, new Random());
    }

    /** Where peers reach this node, as it sees it. */
    public String address() {
        return PeerAddress.text(gossip.address());
    }

    /**
     * Runs what may only happen once this validator has joined, on a thread of its own.
     *
     * @param isNew whether the log may lack what it signed
     * @param then is told up to which round it must not sign
     */
    void onceJoined(boolean isNew, LongConsumer then) {
        joining = new Thread(
                () -> {
                    try {
                        then.accept(gossip.awaitJoined(isNew));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "meshlog-join");
        joining.start();
    }

    public Gossip gossip() {
        return gossip;
    }

    @Override
    public boolean isCaughtUp() {
        return gossip.isCaughtUp();
    }

    /** One at a time: the relay and a registration may both have something. */
    @Override
    public synchronized Optional<PeerInfo> submit(Transaction transaction) throws InterruptedException {
        return gossip.submit(transaction);
    }

    @Override
    public void close() {
        Thread waiting = joining;
        if (waiting != null) {
            waiting.interrupt();
        }
        Following relaying = relay;
        if (relaying != null) {
            relaying.close();
        }
        gossip.close();
    }

    private static String software() {
        String version = GossipSide.class.getPackage().getImplementationVersion();
        return "meshlog " + (version == null ? "of a build" : version);
    }
}
