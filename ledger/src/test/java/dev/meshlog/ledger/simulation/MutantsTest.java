package dev.meshlog.ledger.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.RootedTable;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.state.ChunkReader;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.StateStore;
import dev.meshlog.ledger.vertex.Vertex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Wrong ways to do a step, each of which a simulation must notice by the invariant that it breaks. */
class MutantsTest {
    private static final int SEEDS = 200;

    /** The siblings of the last leader are uncommitted at the cut, and of its round or below. */
    @Test
    void replayFilterRoundAboveTheLastLeaderIsKilled() {
        assertKilled("O7", new Procedures() {
            @Override
            public boolean isReplayed(Vertex vertex, ChainHead restored) {
                return vertex.round() > restored.leaderRound();
            }
        });
    }

    /** The vertex that the restarted process skips never gets into its DAG, and nobody sends what the log has. */
    @Test
    void offByOneInTheCursorIsKilled() {
        assertKilled("O9", new Procedures() {
            @Override
            public int resumeAt(int cursor) {
                return cursor + 1;
            }
        });
    }

    @Test
    void verificationAfterApplyingIsKilled() {
        assertKilled("O8", new Procedures() {
            @Override
            public void apply(ChunkReader reader, ChunkRef ref, byte[] bytes, StateStore into)
                    throws InvalidSnapshotException {
                ByteBuffer in = ByteBuffer.wrap(bytes);
                while (in.remaining() > 8) {
                    into.put(part(in), part(in));
                }
                reader.verify(ref, bytes).applyTo(into);
            }
        });
    }

    private static byte[] part(ByteBuffer in) {
        int length = in.remaining() < 4 ? 0 : in.getInt();
        byte[] part = new byte[Math.max(1, Math.min(length, in.remaining()))];
        in.get(part, 0, Math.min(part.length, in.remaining()));
        return part;
    }

    /** Signatures are looked at, and what they name, but not how many there are. */
    @Test
    void manifestAcceptedWithoutQuorumIsKilled() {
        assertKilled("O2", new Procedures() {
            @Override
            public boolean isCertified(SnapshotCut snapshot, GenesisConfig genesis, Signatures signatures) {
                return genesis.validators().stream()
                        .map(any -> new Validators(List.of(any)))
                        .anyMatch(alone -> Attestations.isCertified(snapshot, genesis, alone, signatures));
            }
        });
    }

    /** The same transaction in two vertices of an equivocator runs twice. */
    @Test
    void equivocationWithoutDeduplicationIsKilled() {
        assertKilled("O3", new Procedures() {
            @Override
            public RootedTable table(RootedTable state) {
                return new Forgetful(state);
            }
        });
    }

    @Test
    void producerThatForgetsItsOwnVerticesIsKilled() {
        assertKilled("one vertex a round", new Procedures() {
            @Override
            public long newestOwnRound(Disk disk) {
                return 0;
            }
        });
    }

    private static void assertKilled(String invariant, Procedures mutant) {
        List<String> others = new ArrayList<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            try {
                Simulation.run(seed, mutant);
            } catch (SimulationFailure e) {
                String found = String.valueOf(
                        e.getCause() == null ? null : e.getCause().getMessage());
                if (found.startsWith(invariant + ":")) {
                    return;
                }
                others.add(e.getMessage());
            }
        }
        assertThat(others).as("failures with %s in %d seeds", invariant, SEEDS).contains(invariant);
    }

    /** Knows nothing of transactions that ran. */
    private record Forgetful(RootedTable state) implements RootedTable {
        @Override
        public byte @Nullable [] get(byte[] key) {
            return key[0] == StateKey.TRANSACTIONS && key.length == 1 + Hash.LENGTH ? null : state.get(key);
        }

        @Override
        public void put(byte[] key, byte[] value) {
            state.put(key, value);
        }

        @Override
        public void delete(byte[] key) {
            state.delete(key);
        }

        @Override
        public long entries() {
            return state.entries();
        }

        @Override
        public Hash root(long checkpointIndex) {
            return state.root(checkpointIndex);
        }
    }
}
