package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.chain.ProducerView;
import dev.meshlog.ledger.vertex.Vertex;
import java.util.List;
import java.util.Random;

/** How a node makes vertices and hands them on: honestly or not. */
interface Production {
    List<Vertex> make(Ledger ledger, long round, ProducerView view, List<byte[]> transactions);

    void send(List<Vertex> made);

    /** Whether it answers the request at hand. */
    boolean answers(Random random);
}
