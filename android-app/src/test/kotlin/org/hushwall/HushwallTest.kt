package org.hushwall

import org.junit.Assert.assertEquals
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config

@RunWith(AppRunner::class)
@Config(sdk = [26, 29, 34, 35])
class HushwallTest {
    @Test
    fun theProcessStarts() {
        assertEquals("Hushwall", RuntimeEnvironment.getApplication().javaClass.simpleName)
    }
}
