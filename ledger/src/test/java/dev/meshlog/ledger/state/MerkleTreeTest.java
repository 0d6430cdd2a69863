package dev.meshlog.ledger.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MerkleTreeTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 12})
    void changedLeavesGiveTheRootOfAllLeaves(int bits) {
        Random random = new Random(bits);
        int leaves = 1 << bits;
        var tree = new MerkleTree(bits);
        List<Hash> plain = new ArrayList<>(Collections.nCopies(leaves, Hash.ZERO));
        assertThat(tree.root()).isEqualTo(rootOf(plain));
        for (int round = 0; round < 10; round++) {
            for (int change = random.nextInt(leaves + 1); change > 0; change -= 1 + leaves / 64) {
                int leaf = random.nextInt(leaves);
                Hash digest = random.nextInt(4) == 0 ? Hash.ZERO : Domain.BUCKET.hash(Domain.u64(random.nextLong()));
                tree.set(leaf, digest);
                plain.set(leaf, digest);
                assertThat(tree.leaf(leaf)).isEqualTo(digest);
            }
            assertThat(tree.root()).isEqualTo(rootOf(plain));
        }
    }

    @Test
    void leavesBeyondTheTreeAreRefused() {
        var tree = new MerkleTree(2);
        assertThatThrownBy(() -> tree.set(4, Hash.ZERO)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> tree.leaf(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new MerkleTree(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MerkleTree(17)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 9})
    void pathOfEveryLeafLeadsToTheRoot(int bits) {
        Random random = new Random(bits);
        var tree = new MerkleTree(bits);
        for (int leaf = 0; leaf < 1 << bits; leaf += 1 + random.nextInt(3)) {
            tree.set(leaf, Domain.BUCKET.hash(Domain.u64(leaf)));
        }
        for (int leaf = 0; leaf < 1 << bits; leaf++) {
            List<Hash> path = tree.path(leaf);
            assertThat(path).hasSize(bits);
            assertThat(MerkleTree.rootOf(leaf, tree.leaf(leaf), path)).isEqualTo(tree.root());
        }
        List<Hash> path = tree.path(0);
        assertThatThrownBy(() -> MerkleTree.rootOf(1 << bits, Hash.ZERO, path))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static Hash rootOf(List<Hash> leaves) {
        if (leaves.size() == 1) {
            return leaves.get(0);
        }
        int half = leaves.size() / 2;
        return Domain.MERKLE_NODE.hash(
                rootOf(leaves.subList(0, half)).bytes(),
                rootOf(leaves.subList(half, leaves.size())).bytes());
    }
}
