from mylib import Tensors

conv2d = Tensors.conv2d
dilate_kernel = Tensors.dilate_kernel
