package dev.meshlog.infra.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import java.util.List;
import java.util.Optional;

/** What it takes to make a transaction and to see what becomes of it. One thread. */
public interface LedgerAccess extends AutoCloseable {
    /** Round of the newest committed leader; 0 before the first. */
    long round();

    /**
     * An object as a transaction names it.
     *
     * @param text {@code ID@VERSION}, or {@code ID} where versions can be asked for
     * @throws dev.meshlog.infra.UserError when there is no such object, or its version has to be said
     */
    ObjectRef reference(String text);

    /** A coin and what is in it. */
    record Coin(ObjectRef ref, long amount) {}

    /** All coins of an owner. */
    List<Coin> coins(Hash owner);

    /** What a validator gave for its weight; 0 for one of the genesis and for whoever is none. */
    long stake(Hash validator);

    /** Returns once the ledger's cluster has the transaction. */
    void submit(Transaction transaction);

    /**
     * What became of the last submitted transaction.
     *
     * @return with the fields code, message, detail, commit and created; empty while there is none
     */
    Optional<JsonNode> result(Transaction transaction);

    /** For people. */
    String where();

    @Override
    void close();
}
