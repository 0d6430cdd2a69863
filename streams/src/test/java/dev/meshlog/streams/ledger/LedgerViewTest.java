package dev.meshlog.streams.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.GenesisConfig.InitialCoin;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.query.LedgerView;
import dev.meshlog.ledger.query.LedgerView.Kind;
import dev.meshlog.ledger.query.OwnerIndex;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.ledger.SignedTransaction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerViewTest {
    private static final Hash COIN = Hash.ofHex("c0".repeat(32));
    private static final Hash GENESIS_OBJECT = Hash.ofHex("ab".repeat(32));

    private final Network network = new Network(
            1, 2_000, 12, List.of(new InitialCoin(COIN, Network.key(0).publicKey(), 100)));
    private final SigningKey key = network.keys.get(0);
    private final Hash stranger = Network.key(7).publicKey();

    @TempDir
    private Path directory;

    @Test
    void objectIsListedUnderTheOwnerItHas() {
        Transaction create = sign(List.of(), 1, "create_object", "a".getBytes(UTF_8));
        Hash created = create.createdId(0);
        Transaction handOn = sign(List.of(new ObjectRef(created, 1)), 0, "transfer_object", stranger.bytes());
        Transaction delete = sign(List.of(new ObjectRef(GENESIS_OBJECT, 1)), 0, "delete_object", new byte[0]);
        try (var ledger = new LedgerDriver(network.genesis, directory)) {
            ledger.pipe(Vertices.chain(
                    network,
                    12,
                    round -> Map.of(2L, List.of(create.bytes()), 5L, List.of(handOn.bytes(), delete.bytes()))
                            .getOrDefault(round, List.of())));
            LedgerView view = ledger.view();

            assertThat(ids(view, stranger, Kind.ANY)).containsExactly(created);
            assertThat(ids(view, key.publicKey(), Kind.ANY)).containsExactly(COIN);
            assertThat(ids(view, key.publicKey(), Kind.CONTENT)).isEmpty();
            assertThat(view.object(created).orElseThrow().version()).isEqualTo(2);
            assertThat(view.object(GENESIS_OBJECT)).isEmpty();
        }
    }

    @Test
    void pagesTogetherHaveEveryObjectOnce() {
        try (var ledger = new LedgerDriver(network.genesis, directory)) {
            ledger.pipe(Vertices.chain(
                    network,
                    30,
                    round -> List.of(Vertices.creation(network, round).bytes())));
            LedgerView view = ledger.view();
            Set<Hash> seen = new HashSet<>();
            Optional<Hash> after = Optional.empty();
            do {
                LedgerView.Page page = view.objects(key.publicKey(), after, Kind.CONTENT, 4);
                assertThat(page.objects()).hasSizeLessThanOrEqualTo(4);
                page.objects().forEach(owned -> assertThat(seen.add(owned.id())).isTrue());
                after = page.next();
            } while (after.isPresent());

            assertThat(seen).hasSize(1 + (int) view.head().orElseThrow().transactions());
        }
    }

    @Test
    void stateThatIsOlderThanTheIndexIsIndexedWhenItIsOpened() {
        KeyValueStore<Bytes, byte[]> entries = store("entries");
        GenesisState.entries(network.genesis).forEach((entry, value) -> entries.put(Bytes.wrap(entry), value));
        KeyValueStore<Bytes, byte[]> owners = store("owners");

        var unused = OwnerIndex.open(new StoreTable(owners), each -> OrderAndExecute.forEachObject(entries, each));

        var view =
                new LedgerView(new StoreEntries(entries), new StoreEntries(owners), new StoreEntries(store("results")));
        assertThat(ids(view, key.publicKey(), Kind.ANY)).containsExactly(GENESIS_OBJECT, COIN);
    }

    @Test
    void resultIsKnownForAsLongAsTheTransactionIsRemembered() {
        Transaction early = Vertices.creation(network, 1);
        try (var ledger = new LedgerDriver(network.genesis, directory)) {
            List<Vertex> chain = Vertices.chain(
                    network, 1_040, round -> round == 20 || round == 30 ? List.of(early.bytes()) : List.of());
            ledger.pipe(chain.subList(0, 1_000));
            assertThat(ledger.view().result(early.id()).orElseThrow().getCode()).isEqualTo(ResultCode.OK.name());

            ledger.pipe(chain.subList(1_000, 1_040));
            assertThat(ledger.view().result(early.id())).isEmpty();
        }
    }

    @Test
    void forgedCopyDoesNotHideTheResultOfTheRealOne() {
        Transaction real = Vertices.creation(network, 1);
        AvroBinary<SignedTransaction> codec = new AvroBinary<>(SignedTransaction.getClassSchema());
        var forged = new SignedTransaction(codec.decode(real.bytes()).getBody(), new Bytes64(new byte[64]));
        try (var ledger = new LedgerDriver(network.genesis, directory)) {
            List<List<byte[]>> carried = new ArrayList<>(List.of(List.of(codec.encode(forged)), List.of(real.bytes())));
            List<Vertex> chain =
                    Vertices.chain(network, 12, round -> round <= 2 ? carried.get((int) round - 1) : List.of());
            ledger.pipe(chain.subList(0, 3));
            assertThat(ledger.view().head().orElseThrow().commitIndex()).isOne();
            assertThat(ledger.view().result(real.id())).isEmpty();

            ledger.pipe(chain.subList(3, 12));
            assertThat(ledger.view().result(real.id()).orElseThrow().getCode()).isEqualTo(ResultCode.OK.name());
        }
    }

    private static List<Hash> ids(LedgerView view, Hash owner, Kind kind) {
        return view.objects(owner, Optional.empty(), kind, 100).objects().stream()
                .map(LedgerView.Owned::id)
                .toList();
    }

    private static KeyValueStore<Bytes, byte[]> store(String name) {
        return Stores.inMemoryKeyValueStore(name).get();
    }

    private Transaction sign(List<ObjectRef> writes, int creates, String function, byte[] args) {
        return Transaction.sign(
                network.genesis.networkId(),
                new Call(key.publicKey(), List.of(), writes, creates, SystemPod.NAME, function, args, 900),
                key);
    }
}
