package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.Hash;

/** The state belongs to another network than the genesis. */
public final class WrongNetworkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongNetworkException(Hash ofState, Hash ofGenesis) {
        super("the state is of network " + ofState + ", the genesis file of network " + ofGenesis
                + ": use the genesis file of that network, or another directory");
    }
}
