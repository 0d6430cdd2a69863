package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.ledger.vertex.VertexVerifier;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.MissingVertex;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.ledger.ValidatorTable;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What our own log says: how far we are, who the validators are, what is missing; its vertices go to the peers that lack them. Told on one thread, asked on
 * any.
 */
final class OwnLog implements LedgerTail.Listener, KnownValidators {
    private static final Logger LOG = LoggerFactory.getLogger(OwnLog.class);

    private final GenesisConfig genesis;
    private final Hash networkId;
    private final @Nullable Hash own;
    private final VertexVerifier verifier;
    private final Spread<Peer> spread;
    private final PeerTable peers;
    private final Function<Peer, PeerTally> tallies;
    private @Nullable Fetcher fetcher;
    private @Nullable Dialer dialer;
    private volatile boolean keepsToItself;
    private volatile boolean isUpToDate;
    private volatile OpenEpochs validators;
    private volatile Gossip.Progress progress = new Gossip.Progress(0, Hash.ZERO, 0, 0);

    /** @param own our key, if we have one */
    OwnLog(
            GenesisConfig genesis,
            @Nullable Hash own,
            SignatureCheck signatures,
            Spread<Peer> spread,
            PeerTable peers,
            Function<Peer, PeerTally> tallies) {
        this.genesis = genesis;
        this.networkId = genesis.networkId();
        this.own = own;
        this.validators = OpenEpochs.genesis(genesis);
        this.verifier = new VertexVerifier(networkId, genesis.epochLength(), this, signatures);
        this.spread = spread;
        this.peers = peers;
        this.tallies = tallies;
    }

    /** Who wants to know what is missing, and where validators are; before anything is told here. */
    void tell(Fetcher fetching, Dialer dialing) {
        fetcher = fetching;
        dialer = dialing;
    }

    GenesisConfig genesis() {
        return genesis;
    }

    Gossip.Progress progress() {
        return progress;
    }

    OpenEpochs validators() {
        return validators;
    }

    @Override
    public Optional<Validators> ofEpoch(long epoch) {
        return validators.ofEpoch(epoch);
    }

    @Override
    public boolean isKnown(Hash publicKey) {
        return validators.isKnown(publicKey);
    }

    /** What a peer would have to hold against us is not passed on, whoever wrote it into the log. */
    @Override
    public void vertex(SignedVertex vertex) {
        VertexHeader header = VertexHeader.decode(vertex.getHeader().bytes());
        Hash id = header.vertexId(networkId);
        if (keepsToItself) {
            List<Peer> unused = spread.logged(id, List.of());
            return;
        }
        boolean isChecked = Objects.equals(header.producer(), own) || spread.isKnown(id);
        if (!isChecked && verifier.verify(vertex) instanceof Verdict.Invalid invalid) {
            LOG.debug("vertex {} in our log is not passed on: {}", id.brief(), invalid.reason());
            return;
        }
        push(id, vertex);
    }

    /** While nobody here can say whether a vertex is good, none is passed on. */
    void keepToItself(boolean isToBeKept) {
        keepsToItself = isToBeKept;
    }

    private void push(Hash id, SignedVertex vertex) {
        List<Peer> lacking = spread.logged(id, peers.connected());
        if (lacking.isEmpty()) {
            return;
        }
        EncodedMessage message = EncodedMessage.of(vertex);
        for (Peer peer : lacking) {
            PeerTally tally = tallies.apply(peer);
            if (peer.push(message)) {
                tally.pushed.incrementAndGet();
            } else {
                tally.dropped.incrementAndGet();
                LOG.debug(
                        "{} does not keep up: it has to ask for vertex {}",
                        peer.info().name(),
                        id.brief());
            }
        }
    }

    @Override
    public void missing(MissingVertex missing) {
        Objects.requireNonNull(fetcher)
                .want(Hash.of(missing.getId()), Hash.of(missing.getProducer()), missing.getAttempt());
    }

    @Override
    public void commit(CommitRecord commit) {
        progress = new Gossip.Progress(
                commit.getIndex(), Hash.of(commit.getCommitHash()), commit.getLeaderRound(), commit.getEpoch());
    }

    @Override
    public void upToDate() {
        isUpToDate = true;
    }

    /** Whether what is said here holds at least for the log as it was when this process began to read it. */
    boolean isUpToDate() {
        return isUpToDate;
    }

    @Override
    public void validators(ValidatorTable table) {
        OpenEpochs open = OpenEpochs.of(table);
        validators = open;
        Objects.requireNonNull(dialer).learn(open);
    }
}
