/// The DATA frame that is being read.
struct DataFrame {
  /// Whose content it is; nil when nobody wants it.
  var slot: StreamSlot?
  var endsStream = false
}
