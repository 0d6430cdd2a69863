package dev.meshlog.ledger;

/**
 * A member of an epoch's validator set.
 *
 * @param stake coins taken in by the registration and given back by the deregistration; 0 for a validator of the genesis
 */
public record Validator(Hash publicKey, long weight, String gossipAddress, long stake) {
    /** Keeps weight × 3 of a full set far from overflow. */
    public static final long MAX_WEIGHT = 1L << 48;

    public static final int MAX_ADDRESS_LENGTH = 255;

    public Validator {
        if (weight < 1 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("a weight is 1 to 2^48, not " + weight);
        }
        if (stake < 0) {
            throw new IllegalArgumentException("stake " + stake);
        }
        if (gossipAddress.length() > MAX_ADDRESS_LENGTH) {
            throw new IllegalArgumentException("a gossip address has at most 255 characters");
        }
    }
}
