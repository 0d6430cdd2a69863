package dev.meshlog.replayer;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.VertexVerifier;
import dev.meshlog.schemas.MalformedRecordException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Checks the log's signatures ahead of the thread that executes. That one asks for a transaction's signature again, much later and one at a
 * time: those that held are remembered until then.
 *
 * <p>Whether a producer is a validator of its epoch, and its parents a quorum, is not asked here: what is read ahead may be of an epoch that is not
 * decided yet. The ledger asks it when it accepts the vertex, of the epoch's own validators.
 *
 * <p>Any thread may call it.
 */
final class Signatures implements SignatureCheck {
    /** Of about 300 bytes each; what is forgotten is verified again. */
    private static final int REMEMBERED = 50_000;

    private final Hash networkId;
    private final SignatureCheck check;
    private final VertexVerifier vertices;
    private final Set<Held> held = ConcurrentHashMap.newKeySet();

    private record Held(Hash publicKey, Hash message, Hash signature) {}

    Signatures(GenesisConfig genesis, SignatureCheck check) {
        this.networkId = genesis.networkId();
        this.check = check;
        this.vertices = new VertexVerifier(networkId, genesis.epochLength(), new LeftToTheLedger(), check);
    }

    VertexVerifier vertices() {
        return vertices;
    }

    void verifyAhead(byte[] transaction) {
        try {
            var parsed = Transaction.parse(networkId, transaction);
            if (held.size() < REMEMBERED && parsed.hasGoodSignature(check)) {
                held.add(new Held(parsed.call().sender(), parsed.id(), Domain.contentId(parsed.signature())));
            }
        } catch (MalformedRecordException e) {
            throw new IllegalStateException("a transaction of a valid vertex", e);
        }
    }

    @Override
    public boolean verify(Hash publicKey, byte[] message, byte[] signature) {
        boolean known = message.length == Hash.LENGTH
                && held.remove(new Held(publicKey, Hash.of(message), Domain.contentId(signature)));
        return known || check.verify(publicKey, message, signature);
    }

    private static final class LeftToTheLedger implements KnownValidators {
        @Override
        public Optional<Validators> ofEpoch(long epoch) {
            return Optional.empty();
        }

        @Override
        public boolean isKnown(Hash publicKey) {
            return true;
        }
    }
}
