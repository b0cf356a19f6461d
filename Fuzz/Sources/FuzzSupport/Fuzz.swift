import CLibFuzzer

/// Runs `test` on input after input, as the command line says. Never returns unless that is
/// bounded.
public func fuzz(
  _ test: @escaping @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt {
  var count = CommandLine.argc
  // Sound: libFuzzer reads the arguments of the process, which live as long as it.
  var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
  return unsafe LLVMFuzzerRunDriver(&count, &arguments, test)
}
