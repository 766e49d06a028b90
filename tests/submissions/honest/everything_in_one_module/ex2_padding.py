from mylib import Tensors

pad2d, same_padding = Tensors.pad2d, Tensors.same_padding
