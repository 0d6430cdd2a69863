package dev.meshlog.infra.node;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.client.Draft;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.ledger.TransactionResult;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a key a validator that is none: once the node has caught up, {@code register_validator} with the key's largest coin goes to validators among the
 * peers, until it is committed. One thread looks, step by step.
 */
final class Registration {
    /** Long enough for a slow network, short enough that it is soon certain that nothing came of it. */
    private static final long VALID_ROUNDS = 500;

    /** Looks without a result after which the same bytes go to another validator; they run at most once. */
    static final int PATIENT_LOOKS = 40;

    private static final Logger LOG = LoggerFactory.getLogger(Registration.class);

    private final GenesisConfig genesis;
    private final SigningKey key;
    private final String gossipAddress;
    private final Departure departure;
    private final State state;
    private final Network network;
    private @Nullable Transaction pending;
    private int looks;

    /** The state that this node executed. */
    interface State {
        /** Empty while it can't be read. */
        Optional<Standing> standing();

        Optional<TransactionResult> result(Hash txId);
    }

    /** The way to those who can put a transaction into a vertex. */
    interface Network {
        boolean isCaughtUp();

        /** Who has it; empty: nobody took it. */
        Optional<PeerInfo> submit(Transaction transaction) throws InterruptedException;
    }

    /** @param gossipAddress where others reach this node; empty: nowhere */
    Registration(
            GenesisConfig genesis,
            SigningKey key,
            String gossipAddress,
            Departure departure,
            State state,
            Network network) {
        this.genesis = genesis;
        this.key = key;
        this.gossipAddress = gossipAddress;
        this.departure = departure;
        this.state = state;
        this.network = network;
    }

    /**
     * One look, and what there is to do.
     *
     * @return what is waited for, for people; empty: the key is a validator's, now or from a coming epoch on
     * @throws UserError when the network does not want it
     */
    String step() throws InterruptedException {
        Optional<Standing> now = state.standing();
        if (now.isEmpty()) {
            return "waiting for the ledger's state";
        }
        Standing standing = now.get();
        if (standing.validatorFrom().isPresent()) {
            tellRegistered(standing);
            return "";
        }
        if (departure.isNoted()) {
            return "this node left the validators and does not register again; 'meshlog up --register' does";
        }
        if (!network.isCaughtUp()) {
            return "catching up before it registers";
        }
        Transaction sent = pending;
        return sent == null ? register(standing) : follow(sent, standing);
    }

    /** What is waited for until the key counts; empty: it does. Only once {@link #step} returned empty. */
    String untilItCounts() {
        Optional<Standing> now = state.standing();
        if (now.isEmpty() || now.get().validatorFrom().isEmpty()) {
            return "";
        }
        long from = now.get().validatorFrom().getAsLong();
        return from <= now.get().epoch() ? "" : "waiting for epoch " + from;
    }

    private void tellRegistered(Standing standing) {
        long from = standing.validatorFrom().orElseThrow();
        String commit = Optional.ofNullable(pending)
                .flatMap(sent -> state.result(sent.id()))
                .map(result -> "registered by commit " + result.getCommitIndex() + ", ")
                .orElse("");
        if (from > standing.epoch()) {
            LOG.info(
                    "{}produces from epoch {} on, in about {} rounds",
                    commit,
                    from,
                    Math.max(0, from * genesis.epochLength() - standing.round()));
        } else if (!commit.isEmpty()) {
            LOG.info("{}produces from now on", commit);
        }
        pending = null;
    }

    private String register(Standing standing) throws InterruptedException {
        if (standing.coin().isEmpty()) {
            return "waiting for a coin of key %s, whose amount becomes the weight, at most %d; who has coins gives one with 'meshlog tx pay %s AMOUNT --key FILE'"
                    .formatted(key.publicKey().brief(), Validator.MAX_WEIGHT, key.publicKey());
        }
        Standing.Coin coin = standing.coin().get();
        long validUntil = standing.round() + Math.min(VALID_ROUNDS, genesis.maxTxValidity());
        Transaction made = Draft.register(coin.ref(), gossipAddress).sign(genesis.networkId(), key, validUntil);
        if (!submit(made)) {
            return "waiting for a validator that takes the registration";
        }
        pending = made;
        LOG.info("registering with weight {}: transaction {}", coin.amount(), made.id());
        return waitingFor(made);
    }

    private String follow(Transaction sent, Standing standing) throws InterruptedException {
        Optional<TransactionResult> result = state.result(sent.id());
        if (result.isPresent()) {
            return settle(result.get());
        }
        if (standing.round() > sent.call().validUntilRound()) {
            LOG.info(
                    "no commit took the registration up to round {}, trying again",
                    sent.call().validUntilRound());
            pending = null;
            return "registering again";
        }
        if (++looks >= PATIENT_LOOKS) {
            boolean unused = submit(sent);
        }
        return waitingFor(sent);
    }

    private String settle(TransactionResult result) {
        ResultCode code = ResultCode.valueOf(result.getCode());
        switch (code) {
            case OK, ALREADY_VALIDATOR -> {
                return "waiting for the state with the registration of commit " + result.getCommitIndex();
            }
            case OBJECT_NOT_FOUND, VERSION_MISMATCH, NOT_OWNER, EXPIRED, VALID_TOO_LONG -> {
                // The coin went elsewhere, or the round was far from what it was here: the next look knows better.
                LOG.info("the registration failed in commit {}: {}", result.getCommitIndex(), code);
                pending = null;
                return "registering again";
            }
            default ->
                throw new UserError(
                        "the network does not take this node as a validator: %s: %s %s"
                                .formatted(code, code.sentence(), result.getDetail()),
                        "with --mode listener it follows all the same");
        }
    }

    private boolean submit(Transaction transaction) throws InterruptedException {
        looks = 0;
        Optional<PeerInfo> at = network.submit(transaction);
        at.ifPresent(peer -> LOG.info(
                "{} has the registration {}", peer.name(), transaction.id().brief()));
        return at.isPresent();
    }

    private static String waitingFor(Transaction sent) {
        return "waiting for a commit with the registration " + sent.id().brief() + ", valid until round "
                + sent.call().validUntilRound();
    }
}
