package dev.meshlog.infra.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.infra.network.ObjectWriter.Written;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.ObjectRef;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ObjectWriterTest {
    private final ObjectWriter writer =
            new ObjectWriter(Hash.of(new byte[Hash.LENGTH]), SigningKey.ofSeed(new byte[32]), 2, new Random(1));

    @Test
    void objectHasOneTransactionAtATime() {
        Written first = writer.next(100).orElseThrow();
        Written second = writer.next(100).orElseThrow();
        assertThat(second.after().id()).isNotEqualTo(first.after().id());
        assertThat(writer.next(100)).isEmpty();

        writer.executed(first.after());
        Written third = writer.next(100).orElseThrow();
        assertThat(third.transaction().call().writes()).isEqualTo(List.of(first.after()));
        assertThat(third.after()).isEqualTo(new ObjectRef(first.after().id(), 2));
    }

    @Test
    void anotherObjectTakesThePlaceOfOneThatNobodyKnows() {
        assertThat(writer.next(100)).isPresent();
        assertThat(writer.next(100)).isPresent();
        writer.abandoned();
        assertThat(writer.next(100).orElseThrow().transaction().call().function())
                .isEqualTo("create_object");
    }
}
