package org.hushwall

import org.junit.runners.model.FrameworkMethod
import org.robolectric.RobolectricTestRunner
import org.robolectric.internal.bytecode.InstrumentationConfiguration

/**
 * The runner of every test here. Each Android level has a class loader of its own, and a JVM loads a native library for one
 * class loader only; so the classes that the library knows, and those that call the C library, stay with the JVM's own
 * loader. They must not name android.*.
 */
class AppRunner(test: Class<*>) : RobolectricTestRunner(test) {
    override fun createClassLoaderConfig(method: FrameworkMethod): InstrumentationConfiguration =
        InstrumentationConfiguration.Builder(super.createClassLoaderConfig(method))
            .doNotAcquireClass("org.hushwall.core.Native")
            .doNotAcquireClass("org.hushwall.core.Attributor")
            .doNotAcquireClass("org.hushwall.core.CoreException")
            .doNotAcquirePackage("org.hushwall.lab.")
            .doNotAcquirePackage("com.sun.jna.")
            .build()
}
