package dev.meshlog.ledger.certificate;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.VertexFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keys in ascending order, sets of them, and the signed headers that they make. Epochs have ten rounds. */
final class Attesters {
    static final long EPOCH_LENGTH = 10;
    static final Hash NETWORK = Domain.NETWORK.hash(new byte[] {1});
    static final Hash ROOT = Domain.STATE_ROOT.hash(new byte[] {1});
    static final Hash OTHER_ROOT = Domain.STATE_ROOT.hash(new byte[] {2});

    private final List<SigningKey> keys = new ArrayList<>();

    Attesters(int size) {
        for (int i = 0; i < size; i++) {
            keys.add(Network.key(i));
        }
        keys.sort(Comparator.comparing(SigningKey::publicKey));
    }

    Hash key(int number) {
        return keys.get(number).publicKey();
    }

    /** @param weights of the first validators; 0: not in the set */
    Validators set(long... weights) {
        List<Validator> members = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                members.add(new Validator(key(i), weights[i], "", 0));
            }
        }
        return new Validators(members);
    }

    Attestation attest(int number, long round, long checkpoint, Hash root) {
        var factory = new VertexFactory(NETWORK, EPOCH_LENGTH, keys.get(number));
        return Attestation.of(factory.make(round, List.of(), List.of(), checkpoint, root, 0));
    }

    static KnownValidators known(Map<Long, Validators> sets) {
        return new KnownValidators() {
            @Override
            public Optional<Validators> ofEpoch(long epoch) {
                return Optional.ofNullable(sets.get(epoch));
            }

            @Override
            public boolean isKnown(Hash publicKey) {
                return sets.values().stream().anyMatch(set -> set.contains(publicKey));
            }
        };
    }
}
