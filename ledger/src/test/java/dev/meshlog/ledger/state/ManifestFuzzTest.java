package dev.meshlog.ledger.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.testing.BoundedAllocation;

class ManifestFuzzTest {
    @FuzzTest
    void legalManifestHasOneEncoding(byte[] input) throws Exception {
        BoundedAllocation.check(input, () -> {
            Manifest manifest;
            try {
                manifest = Manifest.parse(input, Snapshot.NETWORK);
            } catch (InvalidSnapshotException e) {
                assertThat(e.reason()).isNotNull();
                return;
            }
            assertThat(manifest.encode()).isEqualTo(input);
            assertThat(Manifest.parse(input, Snapshot.NETWORK, manifest.hash())).isEqualTo(manifest);
        });
    }
}
