@NullMarked
package dev.meshlog.snapshotter;

import org.jspecify.annotations.NullMarked;
