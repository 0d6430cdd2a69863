package dev.meshlog.ledger;

import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The validators of an epoch, sorted by public key. */
public final class Validators {
    /** Bounds a vertex's parents before they are read. */
    public static final int MAX_SIZE = 1_000;

    private final List<Validator> members;
    private final Map<Hash, Validator> byKey;
    private final long totalWeight;

    /** @throws IllegalArgumentException when there is none, too many, or one twice */
    public Validators(List<Validator> members) {
        if (members.isEmpty() || members.size() > MAX_SIZE) {
            throw new IllegalArgumentException("a network has 1 to " + MAX_SIZE + " validators, not " + members.size());
        }
        this.members = members.stream()
                .sorted(Comparator.comparing(Validator::publicKey))
                .toList();
        this.byKey = new HashMap<>();
        long total = 0;
        for (Validator member : members) {
            if (byKey.put(member.publicKey(), member) != null) {
                throw new IllegalArgumentException("validator " + member.publicKey() + " is listed twice");
            }
            total += member.weight();
        }
        this.totalWeight = total;
    }

    public List<Validator> members() {
        return members;
    }

    public int size() {
        return members.size();
    }

    public long totalWeight() {
        return totalWeight;
    }

    public Optional<Validator> find(Hash publicKey) {
        return Optional.ofNullable(byKey.get(publicKey));
    }

    public boolean contains(Hash publicKey) {
        return byKey.containsKey(publicKey);
    }

    /** 0 for a stranger. */
    public long weight(Hash publicKey) {
        Validator member = byKey.get(publicKey);
        return member == null ? 0 : member.weight();
    }

    public boolean isQuorum(long weight) {
        return weight * 3 > totalWeight * 2;
    }

    /** The smallest weight that is a quorum. */
    public long quorumWeight() {
        return totalWeight * 2 / 3 + 1;
    }

    public boolean isValidityThreshold(long weight) {
        return weight * 3 > totalWeight;
    }

    /** The seed's first 8 bytes as an unsigned integer, modulo the total weight, walk the weights. */
    public Hash leader(Hash networkId, long epoch, long round) {
        Hash seed = Domain.LEADER.hash(networkId.unsafeBytes(), Domain.u64(epoch), Domain.u64(round));
        long rest = Long.remainderUnsigned(ByteBuffer.wrap(seed.unsafeBytes()).getLong(), totalWeight);
        for (Validator member : members) {
            rest -= member.weight();
            if (rest < 0) {
                return member.publicKey();
            }
        }
        throw new IllegalStateException("the weights sum up to the total weight");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Validators that && members.equals(that.members);
    }

    @Override
    public int hashCode() {
        return members.hashCode();
    }

    @Override
    public String toString() {
        return members.toString();
    }
}
