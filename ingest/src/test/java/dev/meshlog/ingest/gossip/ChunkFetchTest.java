package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ingest.gossip.Consequences.Misdeed;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer.Says;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.schemas.gossip.ChunkQuery;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChunkFetchTest {
    private static final int STREAMS = 3;
    private final Consequences consequences = new Consequences();
    private final OfferedChunks offered = OfferedChunks.of(new Network(1).genesis, 7);
    private final Map<Hash, Integer> taken = new ConcurrentHashMap<>();

    /** What a source may do wrong with a chunk. */
    enum Wrong {
        OTHER_BYTES {
            @Override
            Says answer(SnapshotChunk chunk) {
                byte[] other = new byte[(int) chunk.getSize()];
                return one(chunk, ChunkCompression.compress(other));
            }
        },
        NO_FRAME {
            @Override
            Says answer(SnapshotChunk chunk) {
                return one(chunk, new byte[] {1, 2, 3});
            }
        },
        FRAME_OF_MORE_BYTES {
            @Override
            Says answer(SnapshotChunk chunk) {
                return one(chunk, ChunkCompression.compress(new byte[ChunkRef.MAX_BYTES]));
            }
        },
        OTHER_CHUNK {
            @Override
            Says answer(SnapshotChunk chunk) {
                byte[] other = new byte[10];
                return Says.all(List.of(new SnapshotChunk(
                        Domain.contentId(other).fixed(), 10L, ByteBuffer.wrap(ChunkCompression.compress(other)))));
            }
        };

        abstract Says answer(SnapshotChunk chunk);

        private static Says one(SnapshotChunk chunk, byte[] frame) {
            return Says.all(List.of(new SnapshotChunk(chunk.getId(), chunk.getSize(), ByteBuffer.wrap(frame))));
        }
    }

    @Test
    void chunksComeFromAllSourcesAndEachOnce() throws Exception {
        ScriptedPeer first = offered.good(1);
        ScriptedPeer second = offered.good(2);

        assertThat(fetch(Set.of(), first, second)).isTrue();

        assertThat(taken.keySet()).isEqualTo(offered.chunks().keySet());
        assertThat(taken.values()).containsOnly(1);
        assertThat(first.asked()).isNotEmpty();
        assertThat(second.asked()).isNotEmpty();
        assertThat(first.asked().size() + second.asked().size())
                .isEqualTo(offered.chunks().size());
    }

    @ParameterizedTest
    @EnumSource
    void sourceOfABadChunkIsGivenUpAndTheOthersGoOn(Wrong wrong) throws Exception {
        ScriptedPeer bad = peer(1, question -> wrong.answer(offered.chunk(question)));
        ScriptedPeer good = offered.good(2);

        var chunks = new ChunkFetch(offered.manifest(), Set.of(), this::take, consequences, STREAMS);
        assertThat(chunks.from(List.of(bad, good))).isTrue();

        assertThat(taken.keySet()).isEqualTo(offered.chunks().keySet());
        assertThat(consequences.misdeeds).isNotEmpty().allMatch(new Misdeed(bad, Misbehaviour.BAD_CHUNK)::equals);
        assertThat(chunks.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.source()).isEqualTo(bad.info().name());
            assertThat(failure.reason()).contains("bad");
        });
        assertThat(bad.asked()).as("no more than was under way").hasSizeLessThanOrEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(names = {"TOO_SLOW", "NOT_FOUND", "CLOSING"})
    void sourceThatDoesNotAnswerIsGivenUp(RefusalReason reason) throws Exception {
        ScriptedPeer silent = peer(1, question -> Says.refusing(new PeerRefusal(reason, "no")));

        assertThat(fetch(Set.of(), silent, offered.good(2))).isTrue();

        assertThat(silent.asked()).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void busySourceIsAskedAgain() throws Exception {
        var busy = new AtomicInteger(2);
        ScriptedPeer peer = peer(
                1,
                question -> busy.getAndDecrement() > 0
                        ? Says.refusing(new PeerRefusal(RefusalReason.BUSY, "later"))
                        : offered.answer(question));

        assertThat(fetch(Set.of(), peer)).isTrue();
        assertThat(consequences.misdeeds).isEmpty();
    }

    @Test
    void whatIsThereIsNotFetchedAgain() throws Exception {
        Set<Hash> first = new ManifestCheck(offered.manifest()).first();
        Set<Hash> there = new HashSet<>(offered.chunks().keySet());
        there.remove(
                there.stream().filter(id -> !first.contains(id)).findFirst().orElseThrow());

        assertThat(fetch(there, offered.good(1))).isTrue();

        assertThat(taken.keySet())
                .as("but for what tells a false manifest")
                .containsAll(first)
                .hasSize(first.size() + 1);
    }

    @Test
    void falseCommitIsSeenBeforeMoreIsFetched() throws Exception {
        OfferedChunks lie = offered.ofAnotherCommit();
        ScriptedPeer liar = lie.good(1);
        var chunks = new ChunkFetch(lie.manifest(), Set.of(), this::take, consequences, STREAMS);

        assertThat(chunks.from(List.of(liar, lie.good(2)))).isFalse();

        assertThat(chunks.contradiction())
                .hasValueSatisfying(why -> assertThat(why).contains("does not stand at commit 28"));
        assertThat(taken).hasSizeLessThanOrEqualTo(1);
        assertThat(chunks.failures()).isEmpty();
    }

    @Test
    void chunkThatDoesNotFitTheRootEndsTheDownloadAndIsNotKept() throws Exception {
        OfferedChunks lie = offered.withAMadeUpChunk();
        var chunks = new ChunkFetch(lie.manifest(), Set.of(), this::take, consequences, STREAMS);

        assertThat(chunks.from(List.of(lie.good(1)))).isFalse();

        assertThat(chunks.contradiction())
                .hasValueSatisfying(why -> assertThat(why).startsWith("CHUNK_"));
        assertThat(offered.chunks().keySet()).containsAll(taken.keySet());
    }

    @Test
    void whoHandsOutNothingKeepsNobodyFromBeingAsked() throws Exception {
        List<Peer> sources = new ArrayList<>();
        for (int number = 1; number <= 20; number++) {
            sources.add(peer(number, question -> Says.refusing(new PeerRefusal(RefusalReason.NOT_FOUND, "gone"))));
        }
        sources.add(offered.good(21));

        assertThat(fetch(Set.of(), sources.toArray(Peer[]::new))).isTrue();
        assertThat(taken.keySet()).isEqualTo(offered.chunks().keySet());
    }

    @Test
    void withoutAGoodSourceEachReasonIsTold() throws Exception {
        var chunks = new ChunkFetch(offered.manifest(), Set.of(), this::take, consequences, STREAMS);
        List<Peer> sources = List.of(
                peer(1, question -> Says.refusing(new PeerRefusal(RefusalReason.NOT_FOUND, "gone"))),
                peer(2, question -> Says.all(List.of())));

        assertThat(chunks.from(sources)).isFalse();

        assertThat(chunks.failures()).hasSize(2);
        assertThat(chunks.failures().toString()).contains("gone").contains("no chunk where one was asked for");
        assertThat(chunks.from(List.of())).isFalse();
    }

    private boolean fetch(Set<Hash> there, Peer... sources) throws InterruptedException {
        return new ChunkFetch(offered.manifest(), there, this::take, consequences, STREAMS).from(List.of(sources));
    }

    private void take(SnapshotChunk chunk, int bytes) {
        assertThat(chunk.getSize()).isEqualTo(bytes);
        taken.merge(Hash.of(chunk.getId()), 1, Integer::sum);
    }

    private static ScriptedPeer peer(int number, Function<ChunkQuery, Says> script) {
        return new ScriptedPeer(
                StandIn.info(number, "192.0.2." + number, true),
                (SpecificRecordBase question) -> script.apply((ChunkQuery) question));
    }
}
